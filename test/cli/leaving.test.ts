import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, type Running } from '../support/cli.js';
import { EngineProxy, type ProxiedRequest } from '../support/engine-proxy.js';
import { untilNextWish } from '../support/eventually.js';

let scenario: Scenario;
let proxy: EngineProxy;
beforeEach(async () => {
  scenario = new Scenario();
  proxy = await EngineProxy.open();
});
afterEach(async () => {
  await proxy.close();
  await scenario.clean();
});

const SLEEPY = 'image: busybox, command: sh -c "echo ready; sleep 600", stop_signal: SIGKILL';

/** Requests whose path ends like this are never answered; resolves when the first has come. */
function holding(...ends: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    proxy.onRequest = ({ path }: ProxiedRequest) => {
      if (!ends.some((end) => path.endsWith(end))) return 'pass';
      resolve();
      return 'hold';
    };
  });
}

async function insist({ child, ended }: Running) {
  child.kill('SIGINT');
  await untilNextWish();
  child.kill('SIGINT');
  return ended;
}

describe('a second signal to a command whose engine does not answer ends it and says what may still run', () => {
  it('stop, of which neither the stop nor the kill is answered', async () => {
    scenario.fig(`web: { ${SLEEPY} }`);
    await scenario.ok('up', '-d');
    const held = holding('/stop', '/kill');
    const stop = scenario.start(['stop'], { env: proxy.env });
    await held;
    const { code, stderr } = await insist(stop);
    expect(code).toBe(130);
    expect(stderr).toContain(`these may still run: ${scenario.name('web')}\n  hint: tsfig ps shows what runs`);
  });

  it('up, of which neither the stop nor the kill is answered', async () => {
    scenario.fig(`web: { ${SLEEPY} }`);
    const up = scenario.start(['up'], { env: proxy.env });
    await up.shows('web_1  | ready');
    void holding('/stop', '/kill');
    const { code, stderr } = await insist(up);
    expect(code).toBe(130);
    expect(stderr).toContain(`these may still run: ${scenario.name('web')}\n`);
  });

  it.each(['/events', '/attach', '/start'])('up, of which %s is not answered', async (end) => {
    scenario.fig(`web: { ${SLEEPY} }`);
    const held = holding(end, '/kill');
    const up = scenario.start(['up'], { env: proxy.env });
    await held;
    const { code, stderr } = await insist(up);
    expect(code).toBe(130);
    if (end === '/start') expect(stderr).toContain(`these may still run: ${scenario.name('web')}\n`);
  });

  it.each(['/start', '/wait'])('run, of which %s is not answered', async (end) => {
    scenario.fig('web: { image: busybox, command: sleep 600, stop_grace_period: 2m }');
    const held = holding(end, '/stop', '/kill');
    const run = scenario.start(['run', '--name', `${scenario.project}-one`, 'web'], { env: proxy.env });
    await held;
    const { code, stderr } = await insist(run);
    expect(code).toBe(130);
    expect(stderr).toContain(`these may still run: ${scenario.project}-one\n`);
  });

  it('ps, which has nothing to name', async () => {
    scenario.fig(`web: { ${SLEEPY} }`);
    const held = holding('/containers/json');
    const ps = scenario.start(['ps'], { env: proxy.env });
    await held;
    expect((await insist(ps)).code).toBe(130);
  });
});

describe('signals of one moment are one wish', () => {
  /** Ends with 5 when it is asked to, and takes a second for that. */
  const POLITE = `image: busybox, stop_grace_period: 1m, command: ["sh", "-c", "trap 'sleep 1; exit 5' TERM; echo ready; while :; do sleep 0.1; done"]`;

  it.each([
    ['SIGHUP', 'SIGHUP', 129],
    ['SIGTERM', 'SIGHUP', 143],
    ['SIGINT', 'SIGINT', 130],
  ] as const)('a container has its grace period after %s and %s', async (first, second, code) => {
    scenario.fig(`web: { ${POLITE} }`);
    const up = scenario.start(['up']);
    await up.shows('web_1  | ready');
    up.child.kill(first);
    if (second !== first) await up.shows('Gracefully stopping'); // of two that wait, the kernel delivers any first
    up.child.kill(second);
    expect((await up.ended).code).toBe(code);
    expect((await scenario.inspect('web')).State.ExitCode).toBe(5);
  });

  it('and SIGHUP after SIGTERM does not kill, however much later it comes', async () => {
    scenario.fig(`web: { ${POLITE} }`);
    const up = scenario.start(['up']);
    await up.shows('web_1  | ready');
    up.child.kill('SIGTERM');
    await untilNextWish();
    up.child.kill('SIGHUP');
    expect((await up.ended).code).toBe(143);
    expect((await scenario.inspect('web')).State.ExitCode).toBe(5);
  });
});

describe('a job whose engine does not answer any more', () => {
  const JOB = 'image: busybox, stop_grace_period: 0s, command: ["sh", "-c", "echo ready; sleep 600"]';

  it.each([
    { by: 'the first TERM', args: [] },
    { by: '--timeout', args: ['--timeout', '1s'] },
  ])('is given up after $by, with its lock given back', async ({ args }) => {
    scenario.fig(`job: { ${JOB} }`);
    const job = scenario.start(['run', '--once', ...args, 'job'], { env: proxy.env });
    await job.shows('ready');
    void holding('/stop', '/kill');
    if (args.length === 0) job.child.kill('SIGTERM');
    const { code, stderr } = await job.ended;
    expect(code, stderr).toBe(125);
    expect(stderr).toContain(`has not answered to the stop of ${scenario.project}_job_once, which may still run`);
    const next = await scenario.run(['run', '--once', 'job', 'echo', 'next']);
    expect(next, next.stderr).toMatchObject({ code: 0, stdout: 'next\n' });
  });

  it('is followed to its end over a connection that breaks', async () => {
    scenario.fig(`job: { ${JOB} }`);
    let waits = 0;
    proxy.onRequest = ({ path }) => (path.endsWith('/wait') && (waits += 1) === 1 ? 'drop' : 'pass');
    const { code, stderr } = await scenario.run(['run', '--once', 'job', 'sh', '-c', 'exit 7'], { env: proxy.env });
    expect(code, stderr).toBe(7);
    expect(waits).toBe(2);
  });

  it('is stopped although the first request to stop it is lost', async () => {
    scenario.fig(`job: { ${JOB}, stop_signal: SIGKILL }`);
    let stops = 0;
    proxy.onRequest = ({ path }) => (path.endsWith('/stop') && (stops += 1) === 1 ? 'drop' : 'pass');
    const job = scenario.start(['run', '--once', 'job'], { env: proxy.env });
    await job.shows('ready');
    job.child.kill('SIGTERM');
    expect((await job.ended).code).toBe(137);
  });
});

it('up stops its containers although the first request to stop one is lost', async () => {
  scenario.fig(`web: { ${SLEEPY} }`);
  let stops = 0;
  proxy.onRequest = ({ path }) => (path.endsWith('/stop') && (stops += 1) === 1 ? 'drop' : 'pass');
  const up = scenario.start(['up'], { env: proxy.env });
  await up.shows('web_1  | ready');
  up.child.kill('SIGINT');
  const { code, stderr } = await up.ended;
  expect(code, stderr).toBe(130);
  expect(await scenario.states()).toEqual(['web_1: exited']);
});
