import { expect } from 'vitest';
import type { Scenario } from '../support/cli.js';
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
    async check(scenario, { stdout }) {
      expect(await scenario.states()).toEqual(['db_1: exited', 'web_1: exited']);
      expect(stdout).toContain('hello from db\n');
      expect(stdout).toContain('hello from web\n');
    },
  },
  {
    name: 'down',
    arrange: arrangeRunning,
    command: ['down', '-t', '0'],
    failure: 1,
    async check(scenario) {
      expect(await scenario.states()).toEqual([]);
      const { Volumes } = await scenario.docker.listVolumes({ filters: { name: [`${scenario.project}_data`] } });
      expect(Volumes).toHaveLength(1);
    },
  },
];
