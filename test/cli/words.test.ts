import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, TSFIG, type Ended } from '../support/cli.js';

/** Started as people do: by the program's own first lines, through a link on the PATH, and not as an argument of Node. */

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
  symlinkSync(TSFIG, join(scenario.directory, 'tsfig'));
});
afterEach(() => scenario.clean());

function start(program: string, ...words: readonly string[]): Promise<Ended> {
  const PATH = `${scenario.directory}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH, TSFIG_PROJECT_NAME: scenario.project, NO_COLOR: '1' };
  return new Promise((resolve) => {
    const child = execFile(program, words, { cwd: scenario.directory, env }, (error, stdout, stderr) => {
      resolve({ code: error ? (child.exitCode ?? -1) : 0, stdout, stderr });
    });
    child.stdin?.end();
  });
}

describe('a word of the user', () => {
  it('never reaches Node, whatever option of Node it looks like', async () => {
    scenario.fig('web: { image: busybox, net: none }\n');
    scenario.write('evil.cjs', 'process.stdout.write("evil\\n");');
    scenario.write('env', 'NODE_OPTIONS=--require=./evil.cjs\n');
    scenario.write('node.config.json', '{ "nodeOptions": { "require": ["./evil.cjs"] } }');
    const words = [
      ...[
        '--env-file',
        'env',
        '--env-file=none',
        '--env-file-if-exists=env',
        '--experimental-config-file=node.config.json',
      ],
      ...[
        '--experimental-default-config-file',
        '--require',
        './evil.cjs',
        '-r',
        '--inspect',
        '--title=x',
        '--run',
        '-e',
      ],
      ...['--', '-', '', '+', '++x', '\\', 'two words', '$HOME', '*', "it's", 'two\nlines'],
    ];
    const { code, stdout, stderr } = await start('tsfig', 'run', '--rm', 'web', 'printf', '[%s]', ...words);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: words.map((word) => `[${word}]`).join('') });
  });

  it('is an option of tsfig where it stands before the command, and one that it does not know is told by tsfig', async () => {
    scenario.write('other.yml', 'web: { image: busybox }\n');
    expect((await start('tsfig', '-f', 'other.yml', 'config', '--services')).stdout).toBe('web\n');
    const { code, stderr } = await start('tsfig', '--env-file', 'none', 'ps');
    expect([code, stderr]).toEqual([1, expect.stringContaining("error: unknown option '--env-file'")]);
  });

  it('is the same where a shell runs the program', async () => {
    scenario.fig('web: { image: busybox }\n');
    expect((await start('sh', 'tsfig', '-f', 'fig.yml', 'config', '--services')).stdout).toBe('web\n');
  });
});
