import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { untilNextWish } from '../support/eventually.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const SLEEPY = 'image: busybox, command: sleep 300, stop_signal: SIGKILL';
/** Ignores what asks it to end, for as long as nobody kills it. */
const STUBBORN = `image: busybox, command: sh -c "trap '' TERM INT HUP; echo ready; while :; do sleep 0.1; done", stop_grace_period: 2m`;
const positionOf = (text: string, part: string): number => {
  expect(text).toContain(part);
  return text.indexOf(part);
};

describe('signals to up', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s stops what it started, in reverse order, and exits with %i', async (signal, code) => {
    scenario.fig(`
db: { ${SLEEPY} }
web: { image: busybox, command: sh -c "echo ready; sleep 300", stop_signal: SIGKILL, links: [db] }
`);
    const up = scenario.start(['up']);
    await up.shows('web_1  | ready');
    up.child.kill(signal);
    const ended = await up.ended;
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain('Gracefully stopping... (press Ctrl+C again to force)');
    const web = positionOf(ended.stderr, `Stopping ${scenario.name('web')} ... done`);
    expect(web).toBeLessThan(positionOf(ended.stderr, `Stopping ${scenario.name('db')} ... done`));
    expect(ended.stdout).toContain(`${scenario.name('web')} exited with code 137\n`);
    expect(await scenario.states()).toEqual(['db_1: exited', 'web_1: exited']);
  });

  it('leaves running what ran before, attached to or not', async () => {
    scenario.fig(`
db: { ${SLEEPY} }
web: { image: busybox, command: sh -c "echo ready; sleep 300", stop_signal: SIGKILL, links: [db] }
`);
    await scenario.ok('up', '-d', 'db');
    for (const args of [['up', 'web'], ['up']]) {
      const up = scenario.start(args);
      await up.shows('web_1  | ready');
      up.child.kill('SIGINT');
      const { code, stdout } = await up.ended;
      expect(code).toBe(130);
      expect(stdout).not.toContain(`${scenario.name('db')} exited`);
      expect(await scenario.states()).toEqual(['db_1: running', 'web_1: exited']);
    }
  });

  it('a second one kills at once', async () => {
    scenario.fig(`web: { ${STUBBORN} }`);
    const up = scenario.start(['up']);
    await up.shows('| ready');
    up.child.kill('SIGINT');
    await up.shows('Gracefully stopping');
    await untilNextWish();
    up.child.kill('SIGINT');
    const { code, stderr } = await up.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Killing...');
    expect((await scenario.inspect('web')).State.ExitCode).toBe(137);
  });

  it('a second one kills what has not ended, and the exit code is the first one’s', async () => {
    scenario.fig(`
db: { ${STUBBORN} }
web: { ${STUBBORN}, links: [db] }
`);
    const up = scenario.start(['up']);
    await up.shows(/web_1 .*ready/);
    up.child.kill('SIGTERM');
    await up.shows('Gracefully stopping');
    await untilNextWish();
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(143);
    expect(await scenario.states()).toEqual(['db_1: exited', 'web_1: exited']);
  });

  it('while it waits for a health check stops what it has started and starts no more', async () => {
    scenario.fig(`
db: { ${SLEEPY}, healthcheck: { test: [CMD, "false"], interval: 1h, start_period: 1h } }
web: { ${SLEEPY}, links: [db] }
`);
    const up = scenario.start(['--progress', 'json', 'up']);
    await up.shows(/"step-started"[^\n]*"wait-ready"/);
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(130);
    const states = await scenario.states();
    expect(states).toContain('db_1: exited');
    expect(states).not.toContain('web_1: running');
  });

  it('while it creates containers leaves none of them running', async () => {
    scenario.fig(Array.from({ length: 12 }, (_, i) => `s${i}: { ${SLEEPY} }`).join('\n'));
    const up = scenario.start(['--parallel', '2', 'up']);
    await up.shows('... done');
    up.child.kill('SIGINT');
    const { code, stderr } = await up.ended;
    expect(code).toBe(130);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect((await scenario.states()).filter((state) => state.endsWith('running'))).toEqual([]);
  });

  it('with -d leaves what has been started as it is, and says so', async () => {
    scenario.fig(`
db: { ${SLEEPY}, healthcheck: { test: [CMD, "false"], interval: 1h, start_period: 1h } }
web: { ${SLEEPY}, links: [db] }
`);
    const up = scenario.start(['--progress', 'json', 'up', '-d']);
    await up.shows(/"step-started"[^\n]*"wait-ready"/);
    up.child.kill('SIGTERM');
    const { code, stderr } = await up.ended;
    expect(code).toBe(143);
    expect(stderr).toContain(`left running what was started: ${scenario.name('db')}`);
    expect(stderr).toContain('tsfig stop stops it');
    expect(await scenario.states()).toContain('db_1: running');
  });

  it('ends the reading of a file from standard input', async () => {
    const up = scenario.start(['-f', '-', 'up']);
    up.child.stdin?.write('web:\n');
    // Node has opened the pipe before it asks for more: the signals are listened to by then.
    await new Promise<void>((resolve) => up.child.stdin?.write('x'.repeat(2 ** 20), () => resolve()));
    up.child.kill('SIGTERM');
    expect((await up.ended).code).toBe(143);
  });
});
