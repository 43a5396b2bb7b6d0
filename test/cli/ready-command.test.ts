import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const IDLE = 'image: busybox, command: sleep 600, stop_signal: SIGKILL';
/** Healthy when somebody makes /ok in it. */
const CHECKED = `${IDLE}, healthcheck: { test: "test -e /ok", interval: 100ms, retries: 600 }`;

describe('tsfig ready', () => {
  it('waits for containers to be there and healthy', async () => {
    scenario.fig(`db: { ${CHECKED} }\n`);
    const ready = scenario.start(['ready', 'db']);
    await scenario.ok('up', '-d');
    const look = await scenario.run(['ready', '--wait-timeout', '0']);
    expect([look.code, look.stdout, look.stderr]).toEqual([1, '', `${scenario.name('db')} is starting\n`]);
    const made = await scenario.docker.getContainer(scenario.name('db')).exec({ Cmd: ['touch', '/ok'] });
    await made.start({});
    expect(await ready.ended).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('tells what is not ready when the time is over', async () => {
    scenario.fig(`db: { ${IDLE} }\nweb: { ${IDLE} }\n`);
    await scenario.ok('up', '-d', '--scale', 'web=2');
    await scenario.ok('kill', 'db');
    const { code, stderr } = await scenario.run(['ready', '--wait-timeout', '100ms', 'web', 'web@3', 'db']);
    expect(code).toBe(1);
    expect(stderr).toContain('web is named both as a whole and by number');
    const ended = await scenario.run(['ready', '--wait-timeout', '100ms', 'web@1', 'web@3', 'db']);
    expect(ended.stderr).toBe(`${scenario.name('web', 3)} is not there\n${scenario.name('db')} is exited\n`);
    expect((await scenario.run(['ready', 'web'])).code).toBe(0);
  });

  it('looks once, however short the time is', async () => {
    scenario.fig(`db: { ${IDLE} }\n`);
    const { code, stderr } = await scenario.run(['ready', '--wait-timeout', '1ms']);
    expect([code, stderr]).toEqual([1, `${scenario.name('db')} is not there\n`]);
  });

  it('takes for ready what is to run only once, and has', async () => {
    scenario.fig('data: { image: busybox, command: "true", restart: on-failure }\n');
    await scenario.ok('up');
    expect((await scenario.run(['ready', '--wait-timeout', '0', 'data'])).code).toBe(0);
  });
});
