import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const IDLE = 'image: busybox, command: sleep 600, stop_signal: SIGKILL';
const TALKS = 'image: busybox, command: sh -c "echo ready; sleep 600", stop_signal: SIGKILL';

describe('up --adopt', () => {
  it('goes on with what a killed up has left, without a restart, and stops it', async () => {
    scenario.fig(`web: { ${TALKS}, links: [db] }\ndb: { ${IDLE} }\n`);
    await scenario.ok('up', '-d', 'db');
    const first = scenario.start(['up', '--adopt', '--no-deps', 'web']);
    await first.shows('| ready');
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    const { Id, State } = await scenario.inspect('web');
    expect(State.Running).toBe(true);

    const second = scenario.start(['up', '--adopt', '--no-deps', 'web']);
    await second.shows(`Attaching to ${scenario.name('web')}`);
    const now = await scenario.inspect('web');
    expect([now.Id, now.State.StartedAt]).toEqual([Id, State.StartedAt]);
    second.child.kill('SIGTERM');
    const { code, stderr } = await second.ended;
    expect(code).toBe(143);
    expect(stderr).toContain(`Stopping ${scenario.name('web')} ... done`);
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: exited']);
  });

  it('leaves running what ran of services that it was not asked for', async () => {
    scenario.fig(`web: { ${TALKS}, links: [db] }\ndb: { ${IDLE} }\n`);
    await scenario.ok('up', '-d');
    const up = scenario.start(['up', '--adopt', 'web']);
    await up.shows(`Attaching to ${scenario.name('web')}`);
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(130);
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: exited']);
  });

  it('stops only the container that was named by its number', async () => {
    scenario.fig(`web: { ${TALKS} }\n`);
    await scenario.ok('up', '-d', '--scale', 'web=3');
    const up = scenario.start(['up', '--adopt', 'web@2']);
    await up.shows(`Attaching to ${scenario.name('web', 2)}`);
    up.child.kill('SIGTERM');
    expect((await up.ended).code).toBe(143);
    expect(await scenario.states()).toEqual(['web_1: running', 'web_2: exited', 'web_3: running']);
  });

  it('stops what runs, too, when the signal comes while it waits for another tsfig', async () => {
    scenario.fig(`web: { ${IDLE} }\nslow: { ${IDLE}, healthcheck: { test: "false", interval: 100ms, retries: 600 } }
last: { ${IDLE}, links: [slow] }\n`);
    await scenario.ok('up', '-d', 'web');
    const other = scenario.start(['up', '-d', 'last']);
    await other.shows(`Creating ${scenario.name('slow')} ... done`);
    const up = scenario.start(['up', '--adopt', 'web']);
    await up.shows('aiting');
    up.child.kill('SIGTERM');
    expect((await up.ended).code).toBe(143);
    expect((await scenario.inspect('web')).State.Running).toBe(false);
    other.child.kill('SIGKILL');
    await once(other.child, 'close');
  });

  it('does not go with -d', async () => {
    scenario.fig(`web: { ${IDLE} }\n`);
    expect((await scenario.run(['up', '--adopt', '-d'])).code).toBe(1);
  });
});
