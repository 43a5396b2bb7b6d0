import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { EngineProxy } from '../support/engine-proxy.js';
import { eventually } from '../support/eventually.js';
import { inside } from '../support/inside.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const SLEEPY = 'image: busybox, command: sleep 300, stop_signal: SIGKILL';
/** Ends at once, and is started again by the engine, each time after a longer pause. */
const LOOP = 'image: busybox, command: sh -c "exit 1", restart: always';

const idOf = async (): Promise<string> => (await scenario.inspect('web')).Id;
const isRestarting = async (): Promise<boolean> => (await scenario.inspect('web')).State.Restarting;

/** Resolves between two restarts, when the pause has become long enough for what a test does meanwhile. */
const untilRestarting = (): Promise<unknown> =>
  eventually(
    async () => ((await scenario.inspect('web')).RestartCount > 5 && (await isRestarting()) ? true : undefined),
    'a pause between two restarts',
    50_000,
  );

describe('a container that crashes and is restarted again and again', () => {
  it('is replaced between two restarts, and its replacement runs', async () => {
    await scenario.fig(`web: { ${LOOP} }`).ok('up', '-d');
    await untilRestarting();
    const { stderr } = await scenario.fig(`web: { ${SLEEPY} }`).ok('up', '-d');
    expect(stderr).toMatch(/^Recreating .*_web_1 .*\.\.\. done$/m);
    expect(await scenario.states()).toEqual(['web_1: running']);
    expect((await scenario.ok('plan')).stdout).toBe('nothing to do\n');
  });

  it('is replaced when it ends between the look at it and its renaming', async () => {
    const proxy = await EngineProxy.open();
    try {
      const command = '["sh", "-c", "until [ -e /crash ]; do sleep 0.1; done; exit 1"]';
      await scenario.fig(`web: { image: busybox, command: ${command}, restart: always }`).ok('up', '-d');
      const crash = async (): Promise<void> => {
        await inside(scenario.docker, scenario.name('web'), 'touch', '/crash');
        await untilRestarting();
      };
      proxy.onRequest = ({ path }) => {
        const renames = proxy.requests.filter((each) => each.path.endsWith('/rename'));
        if (!path.endsWith('/rename') || renames.length > 1) return 'pass';
        return { kind: 'delay', when: 'before', kill: () => undefined, until: crash() };
      };
      scenario.fig(`web: { ${SLEEPY} }`);
      const { code, stderr } = await scenario.run(['up', '-d'], { env: proxy.env });
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^Recreating .*_web_1 .*\.\.\. done$/m)]);
      expect(await scenario.states()).toEqual(['web_1: running']);
    } finally {
      await proxy.close();
    }
  });

  it('gets its name back and goes on restarting when its replacement cannot start', async () => {
    await scenario.fig(`web: { ${LOOP} }`).ok('up', '-d');
    await untilRestarting();
    const before = await scenario.inspect('web');
    const { code, stderr } = await scenario
      .fig('web: { image: busybox, command: nosuchcommand, restart: always }')
      .run(['up', '-d']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('nosuchcommand')]);
    const after = await scenario.inspect('web');
    expect(after.Id).toBe(before.Id);
    expect(after.State.StartedAt > before.State.StartedAt).toBe(true);
    expect(await scenario.containers()).toHaveLength(1);
  });

  it('gets the name that the file gives it', async () => {
    await scenario.fig(`web: { ${LOOP} }`).ok('up', '-d');
    await untilRestarting();
    const id = await idOf();
    const name = `${scenario.project}_other`;
    await scenario.fig(`web: { ${LOOP}, container_name: ${name} }`).ok('up', '-d');
    expect((await scenario.docker.getContainer(name).inspect()).Id).toBe(id);
  });
});

describe('a paused container', () => {
  beforeEach(async () => {
    await scenario.fig(`web: { ${SLEEPY} }`).ok('up', '-d');
    await scenario.docker.getContainer(scenario.name('web')).pause();
  });

  it('goes on when up finds it as it should be', async () => {
    const id = await idOf();
    const plan = await scenario.run(['plan', '--exit-code']);
    expect([plan.code, plan.stdout]).toEqual([2, expect.stringContaining(`unpause ${scenario.name('web')}`)]);
    expect((await scenario.ok('up', '-d')).stderr).toContain(`Unpausing ${scenario.name('web')} ... done`);
    expect(await scenario.states()).toEqual(['web_1: running']);
    expect(await idOf()).toBe(id);
  });

  it('is replaced when it differs', async () => {
    await scenario.fig(`web: { ${SLEEPY}, environment: { A: b } }`).ok('up', '-d');
    expect(await scenario.states()).toEqual(['web_1: running']);
    expect(await scenario.environment('web')).toHaveProperty('A', 'b');
  });

  it('is put back when its replacement cannot start', async () => {
    const id = await idOf();
    const { code } = await scenario.fig('web: { image: busybox, command: nosuchcommand }').run(['up', '-d']);
    expect(code).toBe(1);
    expect(await scenario.states()).toEqual(['web_1: running']);
    expect(await idOf()).toBe(id);
  });
});

describe('a container that was set aside and cannot be removed', () => {
  it('is in nobody’s way: its service is replaced again, and a later up removes it', async () => {
    const proxy = await EngineProxy.open();
    const version = (number: number): string => `web: { ${SLEEPY}, environment: { VERSION: "${number}" } }`;
    try {
      await scenario.fig(version(1)).ok('up', '-d');
      const stuck = await idOf();
      proxy.onRequest = ({ method, path }) =>
        method === 'DELETE' && path.endsWith(stuck) ? { kind: '500', when: 'before', kill: () => undefined } : 'pass';
      const first = await scenario.fig(version(2)).run(['up', '-d'], { env: proxy.env });
      expect([first.code, first.stderr]).toEqual([1, expect.stringContaining('cannot remove')]);
      const second = await scenario.fig(version(3)).run(['up', '-d'], { env: proxy.env });
      expect(second.code, second.stderr).toBe(0);
      expect(second.stderr).toContain('could not be removed, and is left as');
      expect(await scenario.environment('web')).toHaveProperty('VERSION', '3');
      expect(await scenario.containers()).toHaveLength(2);
      await scenario.ok('up', '-d');
      expect(await scenario.states()).toEqual(['web_1: running']);
    } finally {
      await proxy.close();
    }
  });
});

describe('a container that up has made and could not start', () => {
  it('is removed, so that the next up does not find one that was not asked for', async () => {
    const port = await scenario.docker.createContainer({
      Image: 'busybox',
      Cmd: ['sleep', '300'],
      ExposedPorts: { '80/tcp': {} },
      Labels: { 'com.docker.compose.project': scenario.project, 'com.docker.compose.service': 'other' },
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '45821' }] } },
    });
    await port.start();
    scenario.fig(`db: { ${SLEEPY} }\nweb: { ${SLEEPY}, ports: ["127.0.0.1:45821:80"], links: [db] }\n`);
    const { code, stderr } = await scenario.run(['up', '-d']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('45821')]);
    const names = (await scenario.containers()).map(({ Names: [name = ''] }) => name.slice(1));
    expect(names).toContain(scenario.name('db'));
    expect(names).not.toContain(scenario.name('web'));
    await port.remove({ force: true });
    await scenario.ok('up', '-d');
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: running']);
  });
});
