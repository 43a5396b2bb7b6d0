import { randomInt } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/event.js';
import type { Plan } from '../../src/model/plan.js';
import { stepToText } from '../../src/render/plan.js';
import { Scenario } from '../support/cli.js';
import { EngineProxy } from '../support/engine-proxy.js';

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

const IDLE = 'image: busybox, stop_signal: SIGKILL, command: sleep 600';
const CHECK = 'healthcheck: { test: "true", interval: 200ms }';
const FIG = `
web: { ${IDLE}, links: [db, cache], volumes: ["named:/data"] }
db: { ${IDLE}, ${CHECK} }
cache: { ${IDLE}, volumes: [/anonymous] }
`;
const CHANGED = FIG.replace('[/anonymous]', '[/anonymous], environment: { A: b }');

/** A range of its own: where another test is quicker to take a subnet, `up` does more than was planned. */
const POOL = `10.${randomInt(120, 250)}.${randomInt(0, 250)}.0/24`;

/** Runs through the proxy; it must end with 0. */
async function through(...args: readonly string[]) {
  proxy.reset();
  const ended = await scenario.run(args, { env: { ...proxy.env, TSFIG_SUBNET_POOL: POOL } });
  expect(ended.code, ended.stderr).toBe(0);
  return ended;
}

const eventsOf = (stderr: string): RunEvent[] =>
  stderr
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RunEvent);

const planned = async (...args: readonly string[]): Promise<Plan> =>
  JSON.parse((await through('plan', '--format', 'json', ...args)).stdout) as Plan;

const idsOf = (plan: Plan): string[] => plan.steps.map(({ id }) => id).toSorted();
const endedIn = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'step-ended' ? [event.step.id] : [])).toSorted();

describe('plan', () => {
  it('makes no request that changes anything, and up does exactly what it says', async () => {
    for (const fig of [FIG, CHANGED]) {
      scenario.fig(fig);
      const plan = await planned();
      expect(plan.steps.length).toBeGreaterThan(4);
      expect(proxy.requests.length).toBeGreaterThan(3);
      expect(proxy.changes).toEqual([]);
      const { stderr } = await through('--progress', 'json', 'up', '-d');
      expect(endedIn(eventsOf(stderr))).toEqual(idsOf(plan));
      expect(proxy.changes).toHaveLength(plan.steps.filter(({ kind }) => kind !== 'wait-ready').length);
    }
    expect((await planned()).steps).toEqual([]);
  });

  it('prints no value of the environment in JSON', async () => {
    scenario.fig(`web: { ${IDLE}, environment: { PASSWORD: s3cret } }`);
    const { stdout } = await through('plan', '--format', 'json');
    expect(stdout).toContain('"PASSWORD=…"');
    expect(stdout).not.toContain('s3cret');
  });
});

describe('up', () => {
  it('skips what depends on a step that failed, names the cause once, and finishes the rest', async () => {
    scenario.fig(`
db: { image: busybox, command: [nosuchthing] }
api: { ${IDLE}, links: [db] }
web: { ${IDLE}, links: [api] }
alone: { ${IDLE} }
`);
    const { code, stderr } = await scenario.run(['--parallel', '1', '--progress', 'json', 'up', '-d']);
    expect(code).toBe(1);
    const outcomes = eventsOf(stderr).flatMap((event) =>
      event.kind === 'step-ended' ? [[event.step, event.outcome] as const] : [],
    );
    const bad = outcomes.filter(([, { kind }]) => kind !== 'done');
    const start = (service: string): string => `start ${scenario.name(service)}`;
    expect(Object.fromEntries(bad.map(([step, outcome]) => [stepToText(step), outcome.kind]))).toEqual({
      [start('db')]: 'failed',
      [start('api')]: 'skipped',
      [start('web')]: 'skipped',
    });
    const cause = bad.find(([, { kind }]) => kind === 'failed')?.[0].id;
    expect(bad.flatMap(([, outcome]) => (outcome.kind === 'skipped' ? [outcome.because] : []))).toEqual([cause, cause]);
    expect(await scenario.states()).toContain('alone_1: running');
  });

  it('does one step at a time with --parallel 1', async () => {
    scenario.fig(FIG);
    const { stderr } = await through('--parallel', '1', '--progress', 'json', 'up', '-d');
    let open = 0;
    for (const event of eventsOf(stderr)) {
      if ('step' in event && event.step.kind === 'wait-ready') continue;
      if (event.kind === 'step-started') open += 1;
      if (event.kind === 'step-ended') open -= 1;
      expect(open).toBeLessThanOrEqual(1);
    }
  });
});
