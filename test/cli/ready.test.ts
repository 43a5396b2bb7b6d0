import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { eventually } from '../support/eventually.js';
import { inside } from '../support/inside.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const IDLE = 'image: busybox, stop_signal: SIGKILL, command: sleep 600';
/** Healthy once somebody makes the file. */
const CHECK = 'healthcheck: { test: test -e /ready, interval: 200ms, timeout: 5s, retries: 1000 }';
const web = `web: { ${IDLE}, links: [db] }`;

type WithHealth = {
  readonly State: {
    readonly Health?: { readonly Log: readonly { readonly End: string; readonly ExitCode: number }[] };
  };
};

describe('a service that others need', () => {
  it('is awaited until its health check passes; then they start', async () => {
    scenario.fig(`${web}\ndb: { ${IDLE}, ${CHECK} }`);
    const up = scenario.start(['--progress', 'json', 'up', '-d']);
    await up.shows(/"step-started","step":\{[^\n]*"kind":"wait-ready"/);
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: created']);
    await inside(scenario.docker, scenario.name('db'), 'touch', '/ready');
    expect((await up.ended).code).toBe(0);
    const { State } = (await scenario.inspect('db')) as unknown as WithHealth;
    const passed = State.Health?.Log.find(({ ExitCode }) => ExitCode === 0)?.End ?? '';
    const started = (await scenario.inspect('web')).State.StartedAt;
    expect(Date.parse(started)).toBeGreaterThanOrEqual(Date.parse(passed));
  });

  it('is not awaited with --no-wait', async () => {
    scenario.fig(`${web}\ndb: { ${IDLE}, ${CHECK} }`);
    await scenario.ok('up', '-d', '--no-wait');
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: running']);
    const [db, consumer] = [await scenario.inspect('db'), await scenario.inspect('web')];
    expect(db.State.StartedAt < consumer.State.StartedAt).toBe(true);
    expect(db.State.Health?.Status).toBe('starting');
  });

  it('and turns unhealthy stops the waiting at once, with its last lines', async () => {
    scenario.fig(`${web}
db:
  image: busybox
  stop_signal: SIGKILL
  command: ["sh", "-c", "echo one; echo two is wrong >&2; exec sleep 600"]
  healthcheck: { test: "echo no luck; exit 1", interval: 100ms, retries: 1 }
`);
    const { code, stderr } = await scenario.run(['up', '-d']);
    expect([code, await scenario.states()]).toEqual([1, ['db_1: running', 'web_1: created']]);
    expect(stderr).toContain(`${scenario.name('db')} is unhealthy`);
    expect(stderr).toContain(`  ${scenario.name('db')} | two is wrong`);
  });

  it('and dies while it is awaited stops the waiting at once, with its code and last lines', async () => {
    scenario.fig(`${web}
db:
  image: busybox
  command: ["sh", "-c", "echo cannot find my data; exit 3"]
  ${CHECK}
alone: { ${IDLE} }
`);
    const { code, stderr } = await scenario.run(['up', '-d']);
    expect(code).toBe(1);
    expect(stderr).toContain(`${scenario.name('db')} ended with code 3 before it was ready`);
    expect(stderr).toContain(`  ${scenario.name('db')} | cannot find my data`);
    expect(await scenario.states()).toEqual(['alone_1: running', 'db_1: exited', 'web_1: created']);
  });

  it('and never gets there is given up after --wait-timeout', async () => {
    scenario.fig(`${web}\ndb: { ${IDLE}, ${CHECK} }`);
    const { code, stderr } = await scenario.run(['up', '-d', '--wait-timeout', '1']);
    expect([code, await scenario.states()]).toEqual([1, ['db_1: running', 'web_1: created']]);
    expect(stderr).toContain(`${scenario.name('db')} was not ready after 1 s`);
    expect(stderr).toContain('--wait-timeout');
    await inside(scenario.docker, scenario.name('db'), 'touch', '/ready');
    await scenario.ok('up', '-d');
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: running']);
  });

  it("is awaited by its image's own check, which the file can turn off", async () => {
    const { docker, project } = scenario;
    const image = `${project}-checked`;
    const container = await docker.createContainer({ Image: 'busybox', Cmd: ['true'] });
    const check = 'HEALTHCHECK --interval=200ms --retries=1000 CMD test -e /ready';
    await container.commit({ repo: image, changes: `${check}\nLABEL com.docker.compose.project=${project}` });
    await container.remove();
    const db = `image: "${image}", stop_signal: SIGKILL, command: sleep 600`;
    scenario.fig(`${web}\ndb: { ${db} }`);
    expect((await scenario.ok('plan')).stdout).toContain(`wait for ${scenario.name('db')}`);
    const up = scenario.start(['--progress', 'json', 'up', '-d']);
    await up.shows(/"step-started","step":\{[^\n]*"kind":"wait-ready"/);
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: created']);
    await inside(docker, scenario.name('db'), 'touch', '/ready');
    expect((await up.ended).code).toBe(0);
    scenario.fig(`${web}\ndb: { ${db}, healthcheck: { disable: true } }`);
    expect((await scenario.ok('plan')).stdout).not.toContain('wait for');
    await scenario.ok('up', '-d');
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: running']);
  });

  it('is let go of by Ctrl-C while it is awaited', async () => {
    scenario.fig(`${web}\ndb: { ${IDLE}, ${CHECK} }`);
    const up = scenario.start(['--progress', 'json', 'up', '-d']);
    await up.shows(/"step-started","step":\{[^\n]*"kind":"wait-ready"/);
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(130);
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: created']);
  });
});

describe('a service without a health check that others need', () => {
  it('and that has failed since its start holds them back, and up -d says so and ends with 1', async () => {
    scenario.fig(`
web: { ${IDLE}, links: [db, gate] }
gate: { ${IDLE}, ${CHECK} }
db: { image: busybox, command: ["sh", "-c", "echo no data; exit 3"] }
`);
    const up = scenario.start(['up', '-d']);
    const isOver = async (): Promise<boolean> => {
      const states = await scenario.states();
      return states.includes('db_1: exited') && states.includes('gate_1: running');
    };
    await eventually(isOver, 'the end of db');
    await inside(scenario.docker, scenario.name('gate'), 'touch', '/ready');
    const { code, stdout, stderr } = await up.ended;
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(
      `${scenario.name('web')} was not started because ${scenario.name('db')} has ended\n`,
    );
    expect(stderr).toContain(`warning: ${scenario.name('db')} ended at once with code 3: no data\n`);
    expect(await scenario.states()).toEqual(['db_1: exited', 'gate_1: running', 'web_1: created']);
  });
});
