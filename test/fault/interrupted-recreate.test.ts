import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, type Running } from '../support/cli.js';
import { EngineProxy, isChange } from '../support/engine-proxy.js';
import { inside } from '../support/inside.js';

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

/** Its data is written once, by the first container that ever had the number. */
const fig = (version: number): string => `
web: { image: busybox, command: sleep 600, stop_signal: SIGKILL, links: [db], environment: { VERSION: ${version} } }
db:
  image: busybox
  command: ["sh", "-c", "test -e /data/first || echo ${version} > /data/first; exec sleep 600"]
  stop_signal: SIGKILL
  volumes: [/data]
`;

/** Sends a signal at the n-th request that changes something (from 0); the engine hears of that request only when `pass`. */
async function interrupt(args: readonly string[], n: number, signal: NodeJS.Signals, then: 'pass' | 'drop') {
  let running: Running | null = null;
  let seen = 0;
  proxy.reset();
  proxy.onRequest = (request) => {
    if (!isChange(request)) return 'pass';
    if (seen++ !== n) return running?.child.killed ? then : 'pass';
    running?.child.kill(signal);
    return then;
  };
  running = scenario.start(args, { env: proxy.env });
  return running.ended;
}

const RUNNING = ['db_1: running', 'web_1: running'];
const firstWritten = (): Promise<string> => inside(scenario.docker, scenario.name('db'), 'cat', '/data/first');

/** One plain `up` must reach what the file says, whatever happened before. */
async function repaired(version: number, message: string): Promise<void> {
  const { code, stderr } = await scenario.run(['up', '-d']);
  expect(code, `${message}\n${stderr}`).toBe(0);
  expect(await scenario.states(), message).toEqual(RUNNING);
  expect((await scenario.environment('web'))['VERSION'], message).toBe(String(version));
  expect(await firstWritten(), message).toBe('0');
}

/** Requests of the replacement of one container: rename, create, stop, start, remove. */
const REPLACEMENT = 5;

describe('an interrupted up -d', () => {
  it.each([
    { signal: 'SIGKILL', then: 'drop', code: -1, changes: 2 * REPLACEMENT, services: [] },
    { signal: 'SIGINT', then: 'pass', code: 130, changes: REPLACEMENT, services: ['web'] },
  ] as const)(
    'that replaces containers and gets $signal at any step is repaired by the next',
    async (each) => {
      const { signal, then, changes, services } = each;
      scenario.fig(fig(0));
      await scenario.ok('up', '-d');
      const args = ['up', '-d', '--no-deps', ...services];
      for (let n = 0; n < changes; n += 1) {
        scenario.fig(fig(n + 1));
        const { code } = await interrupt(args, n, signal, then);
        expect(code, `at change ${n}`).toBe(each.code);
        await repaired(n + 1, `after ${signal} at change ${n} of: ${proxy.changes.join(', ')}`);
      }
      scenario.fig(fig(99));
      const { code } = await interrupt(args, changes, signal, then);
      expect([code, proxy.changes.length], proxy.changes.join(', ')).toEqual([0, changes]);
    },
    120_000,
  );

  it('that makes everything and is killed at any step is repaired by the next', async () => {
    for (let n = 0; n < 5; n += 1) {
      scenario.fig(fig(0));
      await interrupt(['up', '-d'], n, 'SIGKILL', 'drop');
      expect(proxy.changes.length).toBeGreaterThan(n);
      await repaired(0, `after change ${n} of: ${proxy.changes.join(', ')}`);
      await scenario.ok('down', '-t', '0');
    }
  });

  it('leaves the old container running when it is interrupted while it recreates', async () => {
    scenario.fig(fig(0));
    await scenario.ok('up', '-d');
    const before = await scenario.inspect('db');
    scenario.fig(fig(1));
    let running: Running | null = null;
    proxy.onRequest = ({ path }) => {
      if (path.endsWith('/rename')) running?.child.kill('SIGINT');
      return 'pass';
    };
    running = scenario.start(['--parallel', '1', 'up', '-d', 'db'], { env: proxy.env });
    expect((await running.ended).code).toBe(130);
    const after = await scenario.inspect('db');
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    expect(await scenario.states()).toEqual(RUNNING);
  });
});
