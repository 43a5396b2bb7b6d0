import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bashScript } from '../../../src/cli/completion/bash.js';
import { fishScript } from '../../../src/cli/completion/fish.js';
import { toTree, type Tree } from '../../../src/cli/completion/tree.js';
import { zshScript } from '../../../src/cli/completion/zsh.js';
import { makeProgram } from '../../../src/cli/program.js';

const tree = toTree(makeProgram('0', () => Promise.resolve()));
const isHere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

/** A directory with the script, and a tsfig that only knows its services: those of a project `-p other` differ. */
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tsfig-completion-'));
  const services =
    'case "$*" in *"-p other"* | *"--project-name other"*) echo other;; *) printf "web\\ndb\\nworker\\n";; esac';
  writeFileSync(join(directory, 'tsfig'), `#!/bin/sh\n${services}\n`, { mode: 0o755 });
});
afterAll(() => rmSync(directory, { recursive: true }));

function run(shell: string, script: (tree: Tree) => string, code: string): string[] {
  const path = join(directory, `completion.${shell}`);
  writeFileSync(path, script(tree));
  const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}`, HOME: directory };
  const output = execFileSync(shell, ['-c', code.replaceAll('SCRIPT', path)], { env, encoding: 'utf8', stdio: 'pipe' });
  return output.split('\n').filter(Boolean);
}

describe('the tree of the program', () => {
  it('knows every command with its options, and what can be their values', () => {
    const up = tree.commands.find(({ name }) => name === 'up');
    const option = (name: string) => up?.options.find(({ names }) => names.includes(name));
    expect(option('--detach')).toEqual({
      names: ['-d', '--detach'],
      about: 'leave it running in the background',
      repeats: false,
      value: null,
    });
    expect(option('--exit-code-from')?.value).toEqual({ name: 'service', values: { kind: 'services' } });
    expect(option('--scale')).toMatchObject({ repeats: true, value: { values: { kind: 'service=' } } });
    expect(up?.values).toEqual([{ kind: 'services' }]);
    const progress = tree.options.find(({ names }) => names.includes('--progress'));
    expect(progress?.value?.values).toEqual({ kind: 'words', words: ['auto', 'tty', 'plain', 'json', 'quiet'] });
  });
});

describe.skipIf(!isHere('bash'))('bash', () => {
  /** What is offered for the last word. bash cuts words at `=`, as it does when it asks. */
  const complete = (...words: readonly string[]): string[] => {
    const cut = words
      .flatMap((word) => word.split(/(=)/))
      .filter((word, at, all) => word !== '' || at === all.length - 1);
    const quoted = ['tsfig', ...cut].map((word) => `'${word}'`).join(' ');
    const code = `set -u; source SCRIPT; COMP_WORDS=(${quoted}); COMP_CWORD=${cut.length}; _tsfig; printf '%s\\n' "\${COMPREPLY[@]-}"`;
    return run('bash', bashScript, code);
  };

  it.each([
    [['up'], ['up']],
    [
      ['up', ''],
      ['web', 'db', 'worker'],
    ],
    [
      ['up', '-d', 'w'],
      ['web', 'worker'],
    ],
    [['-p', 'other', 'up', ''], ['other']],
    [['--project-name=other', 'up', ''], ['other']],
    [['--pro'], ['--project-name', '--progress']],
    [['up', '--fo'], ['--force-recreate']],
    [['ps', '--fo'], ['--format']],
    [
      ['ps', '--format', ''],
      ['table', 'json'],
    ],
    [
      ['ps', '--format='],
      ['table', 'json'],
    ],
    [['ps', '--format=j'], ['json']],
    [['up', '--timeout', ''], []],
    [['up', '--timeout', '5', 'd'], ['db']],
    [['up', '--exit-code-from', 'd'], ['db']],
    [['up', '--scale', 'd'], ['db=']],
    [['--progress', 'pl'], ['plain']],
    [
      ['--progress', 'plain', 'p'],
      ['ps', 'pull', 'plan'],
    ],
    [['run', 'wo'], ['worker']],
    [['run', 'web', ''], []],
    [['down', ''], []],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['help', 'conf'], ['config']],
    [['nosuch', ''], []],
  ])('%j offers %j', (words, offered) => {
    expect(complete(...words)).toEqual(offered);
  });
});

describe.skipIf(!isHere('zsh'))('zsh (skipped where there is none)', () => {
  it('is a script that can be sourced', () => {
    expect(run('zsh', zshScript, 'autoload -U compinit; compinit -u -D; source SCRIPT; print $_comps[tsfig]')).toEqual([
      '_tsfig',
    ]);
  });

  it('can lie in fpath', () => {
    const code = `cp SCRIPT ${directory}/_tsfig; fpath=(${directory} $fpath); autoload -U compinit; compinit -u -D; print $_comps[tsfig]`;
    expect(run('zsh', zshScript, code)).toEqual(['_tsfig']);
  });
});

describe.skipIf(!isHere('fish'))('fish (skipped where there is none)', () => {
  const complete = (line: string): string[] =>
    run('fish', fishScript, `source SCRIPT; complete -C '${line}'`).map((offer) => offer.split('\t')[0] ?? '');

  it.each([
    ['tsfig u', ['up']],
    ['tsfig up ', ['db', 'web', 'worker']],
    ['tsfig -p other up ', ['other']],
    ['tsfig up --fo', ['--force-recreate']],
    ['tsfig ps --format ', ['json', 'table']],
    ['tsfig up --exit-code-from d', ['db']],
    ['tsfig up --scale d', ['db=']],
    ['tsfig completion ', ['bash', 'fish', 'zsh']],
  ])('%s offers %j', (line, offered) => {
    expect(complete(line)).toEqual(offered);
  });
});
