import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommanderError, type Command } from 'commander';
import { split } from 'shlex';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import * as codes from '../src/cli/exit-codes.js';
import { makeProgram } from '../src/cli/program.js';
import { Scenario, type Ended } from './support/cli.js';
import { blocksOf, inlineCommands, PAGES, readRoot, tableUnder, type Block } from './support/pages.js';

/**
 * What the pages say is run: a `yaml` block is a whole fig.yml and is loaded; a `sh` block is run, line by line until one
 * fails, in a directory that holds the last `yaml` block above it as its fig.yml. Commands in running text and in --help
 * must be such as the program takes.
 */

const root = fileURLToPath(new URL('..', import.meta.url));

/** Commands that are not run here, and why. A path must be there and executable. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'npm install -g tsfig': 'asks the registry; test/cli/package.test.ts installs the package that would lie there',
  'bin/demo': 'installs an engine where there is none',
  'bin/test': 'runs this test',
};

/** A directory with `tsfig` in it, for PATH. */
let programs: string;
beforeAll(() => {
  programs = mkdtempSync(join(tmpdir(), 'tsfig-docs-'));
  symlinkSync(join(root, 'bin/tsfig.js'), join(programs, 'tsfig'));
});
afterAll(() => rmSync(programs, { recursive: true }));

const blocks = PAGES.flatMap(blocksOf);
const named = (language: string): (readonly [string, Block])[] =>
  blocks.filter((block) => block.language === language).map((block) => [`${block.page}:${block.line}`, block] as const);

/** Files that examples speak of. */
function furnish(scenario: Scenario): void {
  for (const name of ['Dockerfile', 'jobs.Dockerfile', 'docker/web.Dockerfile']) scenario.write(name, 'FROM busybox\n');
  for (const name of ['common.env', 'web.env']) scenario.write(name, 'A=1\n');
}

function runShell(scenario: Scenario, text: string): Promise<Ended> {
  const env = { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1' };
  const mine = { ...env, TSFIG_PROJECT_NAME: scenario.project };
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['-e', '-o', 'pipefail', '-c', text],
      { cwd: scenario.directory, env: mine },
      (error, stdout, stderr) => resolve({ code: error ? (child.exitCode ?? -1) : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

async function inScenario(work: (scenario: Scenario) => Promise<void>): Promise<void> {
  const scenario = new Scenario();
  furnish(scenario);
  try {
    await work(scenario);
  } finally {
    await scenario.clean();
  }
}

describe.concurrent('an example of a fig.yml', () => {
  it.each(named('yaml'))('%s is right', async (_, { text }) => {
    await inScenario(async (scenario) => {
      scenario.write('html/index.html', ''); // a directory that examples mount
      const { code, stderr } = await scenario.run(['-f', '-', 'config', '-q'], { input: text });
      expect({ code, stderr: stderr.replaceAll(/^.*warning: .*has no effect[^]*$/gm, '') }).toEqual({
        code: 0,
        stderr: '',
      });
    });
  });
});

/**
 * The same file; its containers are killed at once, because `sleep` does not hear SIGTERM. By one signal: a SIGKILL right behind a
 * SIGTERM may end with code 255.
 */
function stoppingAtOnce(fig: string): string {
  const services = Object.entries(parseYaml(fig) as Record<string, object>);
  return JSON.stringify(
    Object.fromEntries(services.map(([name, keys]) => [name, { ...keys, stop_signal: 'SIGKILL' }])),
  );
}

describe('commands in a block', () => {
  const isRun = (block: Block): boolean => block.text.split('\n').some((line) => NOT_RUN[line] === undefined);
  const figAbove = (block: Block): string =>
    blocks.findLast(({ page, language, line }) => page === block.page && language === 'yaml' && line < block.line)
      ?.text ?? 'web:\n  image: busybox\n  command: sleep 1000\n';

  it.each(named('sh').filter(([, block]) => isRun(block)))('%s work', async (_, block) => {
    await inScenario(async (scenario) => {
      scenario.fig(stoppingAtOnce(figAbove(block)));
      const { code, stdout, stderr } = await runShell(scenario, block.text.replaceAll('docs-pool', scenario.project));
      expect(code, `${stdout}${stderr}`).toBe(0);
    });
  });

  it('that are not run are there, and are few', () => {
    const lines = new Set(blocks.filter(({ language }) => language === 'sh').flatMap(({ text }) => text.split('\n')));
    for (const line of Object.keys(NOT_RUN)) {
      expect(lines).toContain(line);
      const isProgram = line.startsWith('bin/');
      if (isProgram) expect(existsSync(join(root, line)) && (statSync(join(root, line)).mode & 0o111) !== 0).toBe(true);
    }
  });
});

/** The program, doing nothing but taking its arguments. Throws commander's error for what it does not take. */
function parse(words: readonly string[]): void {
  const program = makeProgram('0', () => Promise.resolve());
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  }
  program.parse(words, { from: 'user' });
}

/** The first problem with this command line of a shell, or null. */
function problemWith(line: string): string | null {
  for (const part of line.split(/&&|\||;/)) {
    const words = split(part.replace(/ {2,}.*$/, '').trim());
    const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
    if (words[start] !== 'tsfig') continue;
    try {
      parse(words.slice(start + 1));
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode !== 0) return `${line}: ${error.message}`;
    }
  }
  return null;
}

describe('commands in running text', () => {
  it.each(PAGES.map((page) => [page]))('of %s are such as the program takes', (page) => {
    const commands = inlineCommands(page).filter((command) => !/[…|]/.test(command) && !/ [A-Z]{3,}/.test(command));
    const bare = commands.filter((command) => !/^tsfig (run|completion|units|--progress json)$/.test(command));
    expect(bare.map(problemWith).filter(Boolean)).toEqual([]);
  });
});

const program = makeProgram('0', () => Promise.resolve());
const helpOf = (command: Command): string => {
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more) }).outputHelp();
  return text;
};
const examples = [program, ...program.commands].flatMap((command) =>
  [...helpOf(command).matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = '']) => [command.name(), line] as const),
);

describe('examples of --help', () => {
  it.each(program.commands.map((command) => [command.name()]))('are there for %s', (name) => {
    expect(examples.filter(([command]) => command === name).length).toBeGreaterThan(0);
  });

  it.each(examples)('of %s are such as the program takes: %s', (_, line) => {
    expect(problemWith(line)).toBeNull();
  });

  const cheap = examples.filter(([name]) => ['config', 'version', 'completion'].includes(name));
  it.each(cheap.filter(([, line]) => !line.includes('fish | source')))('of %s work: %s', async (_, line) => {
    await inScenario(async (scenario) => {
      scenario.fig('web: { image: busybox, command: sleep 1000 }\n');
      const { code, stdout, stderr } = await runShell(scenario, line);
      expect(code, `${stdout}${stderr}`).toBe(0);
    });
  });
});

describe('README.md', () => {
  it('has a table of the commands, in the order of --help, in its words', () => {
    const rows = tableUnder('README.md', 'Commands').map(([name = '', about = '']) => [
      name.replaceAll(/`|tsfig /g, ''),
      about.replaceAll('`', ''),
    ]);
    const described = program.commands.map((command) => [command.name(), command.description()]);
    expect(rows.map(([name]) => name)).toEqual(described.map(([name]) => name));
    const other = rows.filter(([name, about]) => described.find(([one]) => one === name)?.[1] !== about);
    expect(other.map(([name]) => name)).toEqual(['completion']);
  });

  it('has a table of every exit code', () => {
    const told = tableUnder('README.md', 'Exit codes').map(([code]) => Number(code));
    const own = [codes.EXIT_OK, codes.EXIT_FAILED, codes.EXIT_CHANGES, codes.EXIT_LATE, codes.EXIT_RUN_FAILED];
    const inRun = (['command-not-executable', 'command-not-found', 'lock-busy'] as const).map((code) =>
      codes.codeForError(code, true),
    );
    const bySignal = codes.STOP_SIGNALS.map(codes.exitCodeOf);
    expect(told).toEqual([...own, ...inRun, ...bySignal].toSorted((a, b) => a - b));
  });

  it('tells codes of run as docs/run.md does', () => {
    const inRun = tableUnder('docs/run.md', 'Exit codes').flatMap(([codes]) => codes?.split(', ') ?? []);
    const told = tableUnder('README.md', 'Exit codes').filter(([, about]) => /^(`run`|stopped by)/.test(about ?? ''));
    expect(told.map(([code]) => code)).toEqual(inRun);
  });

  it('tells codes of run --once as docs/supervised-jobs.md does, which has one more: that of a job that was killed', () => {
    const ofJobs = tableUnder('docs/supervised-jobs.md', 'Exit codes').flatMap(([codes]) => codes?.split(', ') ?? []);
    const told = tableUnder('README.md', 'Exit codes').filter(([, about]) => /^(`run|stopped by)/.test(about ?? ''));
    expect([...told.map(([code]) => code), '137'].toSorted()).toEqual(ofJobs.toSorted());
  });

  it('names every option that stands before the command', () => {
    const section = readRoot('README.md').split('## Commands')[1]?.split('\n## ')[0] ?? '';
    const flags = program.options.map(({ short, long }) => short ?? long ?? '').filter((flag) => flag !== '-v');
    expect(flags.filter((flag) => !section.includes(flag))).toEqual([]);
  });

  it.each([...PAGES, 'ARCHITECTURE.md', 'CHANGELOG.md'].map((page) => [page]))(
    '%s links only to what is there',
    (page) => {
      const targets = [...readRoot(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);
      const folder = page.startsWith('docs/') ? 'docs' : '.';
      expect(targets.filter((target) => !existsSync(join(root, folder, target)))).toEqual([]);
    },
  );
});
