import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { makeProgram } from '../../../src/cli/program.js';

const program = makeProgram('0', () => Promise.resolve());

/** The help on a terminal of so many columns, without the examples, which are one line each to be copied. */
function helpAt(columns: number, command: Command): string[] {
  let text = '';
  command.configureOutput({ getOutHelpWidth: () => columns, writeOut: (more) => (text += more) }).outputHelp();
  return text.split('\n').filter((line) => !line.startsWith('  $ '));
}

describe('--help', () => {
  it.each(['tsfig', ...program.commands.map((command) => command.name())])(
    'of %s is wrapped to the width of the terminal',
    (name) => {
      const command = program.commands.find((one) => one.name() === name) ?? program;
      for (const columns of [80, 120]) {
        expect(helpAt(columns, command).filter((line) => line.length > columns)).toEqual([]);
      }
      expect(helpAt(80, program).length).toBeGreaterThan(helpAt(200, program).length);
    },
  );

  it('lists commands by use, then the environment variables', () => {
    const headings = helpAt(80, program).filter((line) => /^[A-Z].*:$/.test(line));
    expect(headings).toEqual([
      'Options, before the command:',
      'Everyday commands:',
      'Containers:',
      'Images:',
      'Look before and wait after:',
      'Set-up:',
      'Environment:',
      'Examples:',
    ]);
  });

  it('names only environment variables that the sources read', () => {
    const lines = helpAt(200, program);
    const names = lines.slice(lines.indexOf('Environment:')).flatMap((line) => line.match(/\b[A-Z]+_[A-Z_]+\b/g) ?? []);
    expect(names.length).toBeGreaterThan(10);
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'cli/help.ts')
      .map((name) => readFileSync(`src/${name}`, 'utf8'))
      .join('\n');
    expect(names.filter((name) => !new RegExp(`'${name}'`).test(sources))).toEqual([]);
  });
});
