import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, type Ended } from '../support/cli.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const NO_ENGINE = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
const fifo = (name: string): string => {
  const path = join(scenario.directory, name);
  execFileSync('mkfifo', [path]);
  return path;
};

describe('named pipes', () => {
  it('-f <(...) of a shell is read as any file', () => {
    const command = `${process.execPath} bin/tsfig.js -f <(echo "web: {image: x}") config --services`;
    expect(execFileSync('bash', ['-c', command], { encoding: 'utf8' })).toBe('web\n');
  });

  it('-f of a pipe that nobody writes to ends with a signal', async () => {
    const running = scenario.start(['--progress', 'plain', '-f', fifo('pipe'), 'config'], { env: NO_ENGINE });
    const writer = spawn('sh', ['-c', 'exec 3>pipe; echo open; exec sleep 300'], { cwd: scenario.directory });
    await new Promise((resolve) => writer.stdout.once('data', resolve)); // tsfig is reading now
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    writer.kill();
    expect([code, stderr]).toEqual([143, '']);
  });

  it('as .env and as env_file are refused, because nothing could end the wait', async () => {
    const path = fifo('pipe');
    const asEnvFile = await scenario.fig(`web: {image: x, env_file: ${path}}`).run(['config']);
    expect([asEnvFile.code, asEnvFile.stderr]).toEqual([1, expect.stringContaining('it is a named pipe')]);
    const asDotEnv = fifo('.env');
    const ended = await scenario.fig('web: {image: x}').run(['config']);
    expect([ended.code, ended.stderr]).toEqual([
      1,
      expect.stringContaining(`cannot read ${asDotEnv}: it is a named pipe`),
    ]);
  });
});

describe('a working directory that was removed', () => {
  const inRemoved = (args: string): Promise<Ended> => {
    const removed = join(scenario.directory, 'removed');
    mkdirSync(removed);
    const command = `rmdir "$1"; exec "$2" "$3" ${args}`;
    const child = spawn('sh', ['-c', command, 'sh', removed, process.execPath, join(process.cwd(), 'bin/tsfig.js')], {
      cwd: removed,
    });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, stdout: '', stderr })));
  };

  it('is told in words, and is 125 for run', async () => {
    const words = 'error: the working directory no longer exists\n  hint: go to a directory that is there\n';
    expect(await inRemoved('up')).toMatchObject({ code: 1, stderr: words });
    expect(await inRemoved('run web true')).toMatchObject({ code: 125, stderr: words });
  });
});

it('every bad file of a project is told with its place and reason in one run', async () => {
  writeFileSync(join(scenario.directory, 'file'), '');
  const { code, stderr } = await scenario
    .fig(`a: {image: x, env_file: [file/below, /dev/zero, ${'x'.repeat(300)}]}\nb: {build: file/below}\n`)
    .run(['up'], { env: NO_ENGINE });
  expect(code).toBe(1);
  expect(stderr.match(/^fig\.yml:\d+:\d+: error: .*$/gm)).toEqual([
    expect.stringMatching(/1:26: .*"file\/below" cannot be read: a part of its path is not a directory$/),
    expect.stringMatching(/1:38: .*"\/dev\/zero" cannot be read: it is larger than/),
    expect.stringMatching(/1:49: .*cannot be read: the name is too long$/),
    expect.stringMatching(/2:12: .*"file\/below" cannot be read: a part of its path is not a directory$/),
  ]);
  rmSync(join(scenario.directory, 'file'));
});

it('a project in a directory with a colon mounts what is beside its file, and is up-to-date afterwards', async () => {
  scenario.write('a:b/data/text', 'beside');
  scenario.write('a:b/fig.yml', 'web: { image: busybox, command: cat /data/text, volumes: ["./data:/data:ro"] }');
  const file = ['-f', 'a:b/fig.yml'];
  const { stdout } = await scenario.ok(...file, '--no-color', 'run', '--rm', 'web');
  expect(stdout.trim()).toBe('beside');
  await scenario.ok(...file, 'up', '-d');
  expect((await scenario.ok(...file, 'plan')).stdout).not.toContain('recreate');
});

it('a directory of the host that does not exist is warned of before root gets it, with its place', async () => {
  scenario.fig('web:\n  image: busybox\n  volumes: ["./none:/none"]\n');
  const { stderr } = await scenario.ok('plan');
  expect(stderr).toContain(`fig.yml:3:13: warning: ${join(scenario.directory, 'none')} does not exist`);
  const elsewhere = await scenario.run(['config'], { env: { DOCKER_HOST: 'tcp://127.0.0.1:1' } });
  expect(elsewhere.stderr).toBe('');
});

it('reasons of a plan name the key as the file has it', async () => {
  const text = 'web: { image: busybox, command: sleep 300, stop_signal: SIGKILL }';
  await scenario.fig(text).ok('up', '-d');
  const { stdout } = await scenario
    .fig(text.replace(' }', ', cpu_shares: 512, volumes: ["/x"], stop_grace_period: 1s }'))
    .ok('plan');
  for (const key of ['cpu_shares', 'volumes', 'stop_grace_period']) expect(stdout).toContain(key);
});
