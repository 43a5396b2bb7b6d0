import { expect } from 'vitest';
import type { Ended, Scenario } from '../support/cli.js';
import type { Row } from '../support/fault-table.js';
import { inside } from '../support/inside.js';

/** Two services, one of which is waited for, with a volume that has a name and one that has none. */
const shop = (version: number): string => `
web: { image: busybox, command: sleep 600, stop_signal: SIGKILL, links: [db], environment: { VERSION: ${version} } }
db:
  image: busybox
  command: sleep 600
  stop_signal: SIGKILL
  environment: { VERSION: ${version} }
  volumes: [data:/data, /scratch]
  healthcheck: { test: test -d /data, interval: 200ms }
`;

const NEEDED =
  'db: { image: busybox, command: sleep 600, stop_signal: SIGKILL, healthcheck: { test: "true", interval: 200ms } }\n';

const RUNNING = ['db_1: running', 'web_1: running'];

async function isUp(scenario: Scenario, version: number): Promise<void> {
  expect(await scenario.states()).toEqual(RUNNING);
  for (const service of ['db', 'web']) {
    expect((await scenario.environment(service))['VERSION'], service).toBe(String(version));
  }
  const { State } = await scenario.inspect('db');
  expect(State.Health?.Status).toBe('healthy');
}

const write = (scenario: Scenario): Promise<string> =>
  inside(scenario.docker, scenario.name('db'), 'sh', '-c', 'echo kept > /data/kept; echo kept > /scratch/kept');

const written = (scenario: Scenario): Promise<string> =>
  inside(scenario.docker, scenario.name('db'), 'cat', '/data/kept', '/scratch/kept');

const arrangeNothing = (scenario: Scenario): Promise<void> => {
  scenario.fig(shop(0));
  return Promise.resolve();
};

async function arrangeRunning(scenario: Scenario): Promise<void> {
  scenario.fig(shop(0));
  await scenario.ok('up', '-d');
  await write(scenario);
}

const HELLO = `
web: { image: busybox, command: echo hello from web, links: [db] }
db: { image: busybox, command: echo hello from db }
`;

const job = (more = ''): string =>
  `job: { image: busybox, command: echo worked, stop_signal: SIGKILL, volumes: [/scratch]${more} }\n`;
const ONCE = ['run', '--once', 'job'];

/** This very run has had the job done, and there is no other container of it. Of a lost connection it must say so. */
async function hasWorked(scenario: Scenario, { stdout, stderr }: Ended, needs: readonly string[] = []): Promise<void> {
  expect(await scenario.states()).toEqual([...needs, 'job_once: exited']);
  const log = await scenario.docker.getContainer(`${scenario.project}_job_once`).logs({ stdout: true });
  expect(log.subarray(FRAME_HEADER).toString()).toBe('worked\n');
  if (!/the connection to the output of .* broke/.test(stderr)) expect(stdout).toBe('worked\n');
}

const FRAME_HEADER = 8;

/** A job whose tsfig was killed runs on. */
async function orphan(scenario: Scenario): Promise<void> {
  const running = scenario.start([...ONCE, 'sh', '-c', 'echo begun; exec sleep 600']);
  await running.shows('begun');
  running.child.kill('SIGKILL');
  await running.ended;
}

/** The list of containers lags behind their ends (20.10). */
async function haveEnded(scenario: Scenario, { stdout }: Ended): Promise<void> {
  for (const service of ['db', 'web']) {
    expect((await scenario.inspect(service)).State.Status).toBe('exited');
    expect(stdout).toContain(`${scenario.name(service)} exited with code 0\n`);
  }
}

export const ROWS: readonly Row[] = [
  {
    name: 'up -d, cold',
    arrange: arrangeNothing,
    command: ['up', '-d'],
    failure: 1,
    check: (scenario) => isUp(scenario, 0),
  },
  {
    name: 'up -d, recreating',
    async arrange(scenario) {
      await arrangeRunning(scenario);
      scenario.fig(shop(1));
    },
    command: ['up', '-d'],
    failure: 1,
    async check(scenario) {
      await isUp(scenario, 1);
      expect(await written(scenario)).toBe('kept\nkept');
    },
  },
  {
    name: 'up',
    arrange(scenario) {
      scenario.fig(HELLO);
      return Promise.resolve();
    },
    command: ['up'],
    failure: 1,
    check: haveEnded,
    checkOutput({ stdout }) {
      for (const service of ['db', 'web']) expect(stdout).toContain(`hello from ${service}\n`);
    },
  },
  {
    name: 'down',
    arrange: arrangeRunning,
    command: ['down', '-t', '0'],
    failure: 1,
    async check(scenario) {
      expect(await scenario.states()).toEqual([]);
    },
  },
  {
    name: 'run --once, cold',
    arrange(scenario) {
      scenario.fig(job());
      return Promise.resolve();
    },
    command: ONCE,
    failure: 125,
    check: (scenario, ended) => hasWorked(scenario, ended),
  },
  {
    name: 'run --once, with a leftover',
    async arrange(scenario) {
      scenario.fig(job());
      await scenario.ok(...ONCE);
    },
    command: ONCE,
    failure: 125,
    check: (scenario, ended) => hasWorked(scenario, ended),
  },
  {
    name: 'run --once, with a running orphan',
    async arrange(scenario) {
      scenario.fig(job());
      await orphan(scenario);
    },
    command: ONCE,
    failure: 125,
    check: (scenario, ended) => hasWorked(scenario, ended),
  },
  {
    name: 'run --once, with needs to start',
    arrange(scenario) {
      scenario.fig(job(', links: [db]') + NEEDED);
      return Promise.resolve();
    },
    command: ONCE,
    failure: 125,
    check: (scenario, ended) => hasWorked(scenario, ended, ['db_1: running']),
  },
];
