import { execFileSync, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, TSFIG } from '../support/cli.js';
import { EngineNews } from '../support/engine-news.js';
import { EngineProxy } from '../support/engine-proxy.js';

let scenario: Scenario;
let news: EngineNews;
let job: string;
beforeEach(async () => {
  scenario = new Scenario();
  job = `${scenario.project}_job_once`;
  news = await EngineNews.of(scenario.docker, scenario.project);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  news.close();
  await scenario.clean();
});

const KILLED = 137;
let children: ChildProcess[] = [];
/** Runs the job, unless told otherwise, with these standard streams; resolves with its exit code. */
function start(stdio: StdioOptions, args: readonly string[] = ['run', '--once', 'job'], more: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, ...more, TSFIG_PROJECT_NAME: scenario.project, NO_COLOR: '1' };
  const child = spawn(process.execPath, [TSFIG, ...args], { cwd: scenario.directory, env, stdio });
  children.push(child);
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  return { child, ended };
}

/** A pipe with a name, so that a test can have either end. */
function makePipe(): string {
  const path = join(scenario.directory, 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

/** Writes until a pipe takes no more. */
function fill(pipe: number): void {
  const page = Buffer.alloc(4096, '.');
  try {
    for (;;) writeSync(pipe, page);
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
  }
}

async function lastLines(count: number): Promise<string> {
  const log = await scenario.docker.getContainer(job).logs({ stdout: true, stderr: true, tail: count });
  return log.toString('utf8');
}

describe('a job whose output is a full pipe that nobody reads', () => {
  it.each(['stdout', 'stderr'] as const)('is stopped by TERM all the same: %s', async (stream) => {
    const flood = stream === 'stdout' ? 'yes' : 'yes >&2';
    scenario.fig(`job: { image: busybox, stop_grace_period: 1s, command: ["sh", "-c", "trap : TERM; ${flood}"] }\n`);
    const pipe = openSync(makePipe(), constants.O_RDWR | constants.O_NONBLOCK);
    fill(pipe);
    const { child, ended } = start(['ignore', ...(stream === 'stdout' ? [pipe, 'ignore'] : ['ignore', pipe])] as never);
    await news.saw(`start ${job}`);
    child.kill('SIGTERM');
    expect(await ended).toBe(KILLED);
    closeSync(pipe);
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });
});

describe('a job whose time is up, and whose output is a full pipe that nobody reads', () => {
  it('is stopped all the same', async () => {
    scenario.fig('job: { image: busybox, stop_signal: SIGKILL, command: yes }\n');
    const pipe = openSync(makePipe(), constants.O_RDWR | constants.O_NONBLOCK);
    fill(pipe);
    const { ended } = start(['ignore', pipe, 'ignore'], ['run', '--once', '--timeout', '300ms', 'job']);
    expect(await ended).toBe(124);
    closeSync(pipe);
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });
});

describe('a command whose output is a full pipe that nobody reads', () => {
  it.each([
    { args: ['up'], left: 'exited' },
    { args: ['logs', '-f'], left: 'running' },
  ])('ends with 143 on TERM: $args', async ({ args, left }) => {
    scenario.fig('job: { image: busybox, stop_signal: SIGKILL, command: yes }\n');
    if (left === 'running') await scenario.ok('up', '-d');
    const pipe = openSync(makePipe(), constants.O_RDWR | constants.O_NONBLOCK);
    fill(pipe);
    const proxy = await EngineProxy.open();
    const flows = new Promise<void>((resolve) => (proxy.onAnswer = ({ path }) => path.endsWith('/logs') && resolve()));
    const { child, ended } = start(['ignore', pipe, 'ignore'], args, proxy.env);
    await (args[0] === 'up' ? news.saw(`start ${scenario.name('job')}`) : flows);
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    await proxy.close();
    closeSync(pipe);
    expect(await scenario.states()).toEqual([`job_1: ${left}`]);
  });
});

describe('a job whose output has no reader', () => {
  it('runs to its end and tells how it ended', async () => {
    const words = 'until test -e /tmp/go; do sleep 0.1; done; yes | head -n 100000; echo last words; exit 7';
    scenario.fig(`job: { image: busybox, command: ["sh", "-c", "echo first words; ${words}"] }\n`);
    const path = makePipe();
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    const { ended } = start(['ignore', writer, 'ignore']);
    await news.saw(`start ${job}`);
    closeSync(reader);
    closeSync(writer);
    const exec = await scenario.docker.getContainer(job).exec({ Cmd: ['touch', '/tmp/go'] });
    await exec.start({});
    expect(await ended).toBe(7);
    expect(await lastLines(1)).toContain('last words');
  });

  it('keeps its own code, too, where its output cannot be written', async () => {
    scenario.fig('job: { image: busybox, command: ["sh", "-c", "echo words; sleep 0.5; echo more words; exit 7"] }\n');
    const full = openSync('/dev/full', 'w');
    const { child, ended } = start(['ignore', full, 'pipe']);
    let said = '';
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    expect(await ended).toBe(7);
    closeSync(full);
    expect(said).toContain('error: cannot write to standard output: ');
    expect(await lastLines(1)).toContain('more words');
  });
});

describe('a job whose standard streams are closed', () => {
  it.each(['<&-', '>&-', '2>&-', '<&- >&- 2>&-'])('runs and tells how it ended: %s', async (closed) => {
    scenario.fig('job: { image: busybox, command: ["sh", "-c", "echo words; echo errors >&2; exit 7"] }\n');
    const words = [process.execPath, TSFIG, 'run', '--once', 'job'].join(' ');
    scenario.write('run', `exec ${words} ${closed}\n`);
    const { code } = await shell('./run');
    expect(code).toBe(7);
    expect(await lastLines(2)).toContain('words');
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });
});

async function shell(script: string): Promise<{ readonly code: number }> {
  const env = { ...process.env, TSFIG_PROJECT_NAME: scenario.project, NO_COLOR: '1' };
  const child = spawn('sh', [script], { cwd: scenario.directory, env });
  child.stdout.resume();
  child.stderr.resume();
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1 })));
}
