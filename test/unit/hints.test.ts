import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { makeProgram } from '../../src/cli/program.js';
import { withAdvice } from '../../src/cli/elsewhere.js';
import { FIELDS } from '../../src/load/field-table.js';
import { composeKeyHint, isKeyOfCompose, unknownKeyHint } from '../../src/load/unknown-keys.js';

const program = makeProgram('0', () => Promise.resolve());
const commands = new Map(program.commands.map((command) => [command.name(), command]));
const optionsOf = ({ options }: Command): string[] =>
  options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
const everyOption = new Set([program, ...program.commands].flatMap(optionsOf).concat('--help', '-h'));

const textsIn = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'));

/** `tsfig …` in quotes or code, without what is only an ellipsis. */
const callsIn = (texts: readonly string[], pattern: RegExp): string[] =>
  texts.flatMap((text) => [...text.matchAll(pattern)].map(([, call = '']) => call.replaceAll(/\s+/g, ' ')));

/** Why the program would not take these words; undefined: it would. Words after those of `run` are a command's own. */
function whyNotTaken(call: string): string | undefined {
  const words = call.split(' ');
  const at = words.findIndex(
    (word, index) => !word.startsWith('-') && !['-f', '-p', '--progress'].includes(words[index - 1] ?? ''),
  );
  const command = commands.get(words[at] ?? '');
  if (at !== -1 && !command) return `tsfig ${call}: there is no command ${words[at]}`;
  const known = [...optionsOf(program), ...(command ? optionsOf(command) : []), '--help'];
  const flags = words
    .filter((word) => (command?.name() === 'run' ? /^--[a-z]/ : /^--?[a-z]/).test(word))
    .map((word) => word.split('=')[0] ?? '');
  const wrong = flags.find((flag) => !known.includes(flag) && !/^-[a-z]{2,}$/.test(flag));
  return wrong === undefined ? undefined : `tsfig ${call}: there is no option ${wrong}`;
}

const withoutComments = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|<!--[^]*?-->|^\s*\/\/.*$/gm, '');

describe('every command and option that a text names is taken by the program', () => {
  it('in messages and hints', () => {
    const calls = callsIn(textsIn('src', '.ts'), /"tsfig ([a-z-][^"`]*)"/g).filter((call) => !call.includes('${'));
    expect(calls.length).toBeGreaterThan(3);
    expect(calls.flatMap((call) => whyNotTaken(call) ?? [])).toEqual([]);
  });

  it('in the docs and the README', () => {
    const pages = [...textsIn('docs', '.md'), readFileSync('README.md', 'utf8')];
    const calls = callsIn(pages, /`tsfig ([a-z-][^`|]*)`/g);
    expect(calls.length).toBeGreaterThan(20);
    expect(calls.flatMap((call) => whyNotTaken(call) ?? [])).toEqual([]);
  });

  it('in hints that name an option alone', () => {
    const folders = ['actions', 'plan', 'graph', 'load', 'apply'];
    const flags = folders.flatMap((folder) =>
      callsIn(textsIn(`src/${folder}`, '.ts').map(withoutComments), /(?<![\w-])(--[a-z][a-z-]+)/g),
    );
    expect(flags.length).toBeGreaterThan(3);
    expect(flags.filter((flag) => !everyOption.has(flag))).toEqual([]);
  });
});

describe('what docker compose has and tsfig has not', () => {
  const advice = (kind: 'command' | 'option', word: string, guess: string): string =>
    withAdvice(`error: unknown ${kind} '${word}'\n(Did you mean ${guess}?)\n`);

  it('is told with what does it here, and not with a word that looks alike', () => {
    for (const [kind, word, guess] of [
      ['command', 'create', 'ready'],
      ['command', 'cp', 'up'],
      ['option', '--wait', '--no-wait'],
    ] as const) {
      expect(advice(kind, word, guess)).toMatch(new RegExp(`^error: unknown ${kind} '${word}'\\n\\(.+\\)\\n$`));
      expect(advice(kind, word, guess)).not.toContain('Did you mean');
    }
    expect(advice('command', 'biuld', 'build')).toContain('Did you mean build?');
  });

  it('names no command that tsfig has', () => {
    const calls = [...commands.keys()]
      .map((name) => advice('command', name, 'x'))
      .filter((text) => !text.includes('Did you mean'));
    expect(calls).toEqual([]);
  });

  it('is no key of a service, and its hint names keys that are', () => {
    const ours = [...FIELDS.keys()];
    expect(ours.filter((key) => isKeyOfCompose(key))).toEqual([]);
    const asked = [
      'deploy',
      'scale',
      'cpus',
      'attach',
      'secrets',
      'depends_on',
      'networks',
      'logging',
      'network_mode',
      'imag',
    ];
    const hints = asked.map((key) => composeKeyHint(key) ?? unknownKeyHint(key) ?? '');
    const named = hints.flatMap((hint) => [...hint.matchAll(/"([a-z_.]+)"/g)].map(([, key = '']) => key));
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((key) => !FIELDS.has(key))).toEqual([]);
  });
});
