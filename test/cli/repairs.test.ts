import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const SLEEP = 'image: busybox, command: sleep 300, stop_signal: KILL';

describe('what went wrong before', () => {
  it('is put back without touching a container of somebody else that has the wanted name', async () => {
    const other = new Scenario();
    try {
      await other.fig(`b: { ${SLEEP} }`).ok('up', '-d');
      const theirs = await other.inspect('b');
      await scenario.fig(`web: { ${SLEEP} }`).ok('up', '-d');
      const before = await scenario.inspect('web');
      scenario.fig(`web: { ${SLEEP}, user: "1", container_name: ${other.name('b')} }`);
      const { code, stderr } = await scenario.run(['up', '-d']);
      expect(code).toBe(1);
      expect(stderr).toContain('already in use');
      expect((await other.inspect('b')).Id).toBe(theirs.Id);
      const after = await scenario.inspect('web');
      expect([after.Id, after.State.Running]).toEqual([before.Id, true]);
    } finally {
      await other.clean();
    }
  });

  it('is repaired by a later up when the network was made anew for another service only', async () => {
    await scenario.fig(`a: { ${SLEEP} }\nb: { ${SLEEP} }`).ok('up', '-d');
    await scenario.ok('stop');
    await scenario.docker.getNetwork(`${scenario.project}_default`).remove();
    await scenario.ok('up', '-d', 'a');
    await scenario.ok('up', '-d');
    expect(await scenario.states()).toEqual(['a_1: running', 'b_1: running']);
  });

  it('is followed by the services that hang on a container, even when that was recreated alone', async () => {
    await scenario.fig(`web: { ${SLEEP}, net: "container:data" }\ndata: { ${SLEEP} }`).ok('up', '-d');
    const { State } = await scenario.inspect('web');
    await scenario.ok('up', '-d', '--force-recreate', '--no-deps', 'data');
    const { stderr } = await scenario.ok('up', '-d');
    expect(stderr).toContain(`depends on ${scenario.name('data')}, which is recreated`);
    const [web, data] = [await scenario.inspect('web'), await scenario.inspect('data')];
    expect(web.HostConfig.NetworkMode).toBe(`container:${data.Id}`);
    expect(web.State.StartedAt).not.toBe(State.StartedAt);
    expect((await scenario.ok('up', '-d')).stderr).toContain('up-to-date');
  });

  it('does not make start run both lives of a container', async () => {
    await scenario.fig(`web: { ${SLEEP}, net: host }`).ok('up', '-d');
    const old = scenario.docker.getContainer(scenario.name('web'));
    const { Config, HostConfig } = (await old.inspect()) as { Config: object; HostConfig: object };
    await old.stop();
    await old.rename({ name: `${scenario.name('web')}_replaced` });
    await scenario.docker.createContainer({ ...Config, HostConfig, name: scenario.name('web') });
    await scenario.ok('start');
    expect(await scenario.states()).toEqual(['web_1: running', 'web_1_replaced: exited']);
    await scenario.ok('up', '-d', '--force-recreate');
    expect(await scenario.states()).toEqual(['web_1: running']);
  });
});

describe('a container_name', () => {
  it('that is new renames the container, and those that link to it find it', async () => {
    await scenario.fig(`web: { ${SLEEP}, links: [db] }\ndb: { ${SLEEP} }`).ok('up', '-d');
    const { Id } = await scenario.inspect('db');
    const name = `${scenario.project}-pg`;
    await scenario.fig(`web: { ${SLEEP}, links: [db] }\ndb: { ${SLEEP}, container_name: ${name} }`).ok('up', '-d');
    expect(await scenario.docker.getContainer(name).inspect()).toMatchObject({ Id });
    const { code } = await scenario.run(['run', '--rm', '-T', 'web', 'ping', '-c', '1', 'db']);
    expect(code).toBe(0);
  });

  it('allows only one container', async () => {
    scenario.fig(`web: { ${SLEEP}, container_name: ${scenario.project}-x }`);
    const { code, stderr } = await scenario.run(['up', '-d', '--scale', 'web=2']);
    expect(code).toBe(1);
    expect(stderr).toContain('only one');
    expect(await scenario.states()).toEqual([]);
  });
});

it('recreates a service on the default bridge once, and tells its true address', async () => {
  const bridge = `${SLEEP}, net: bridge, expose: ["80"]`;
  scenario.fig(
    `web: { ${SLEEP}, net: bridge, links: [d1, d2, d3] }\nd1: { ${bridge} }\nd2: { ${bridge} }\nd3: { ${bridge} }`,
  );
  await scenario.ok('up', '-d');
  const { stderr } = await scenario.ok('up', '-d', '--force-recreate');
  expect(stderr.split(`Recreating ${scenario.name('d1')} `)).toHaveLength(2);
  const told = await scenario.environment('web');
  for (const name of ['d1', 'd2', 'd3']) {
    const { NetworkSettings } = await scenario.inspect(name);
    expect(told[`${name.toUpperCase()}_PORT_80_TCP_ADDR`]).toBe(NetworkSettings.Networks['bridge']?.IPAddress);
  }
});

it('down -v removes an anonymous volume that two containers use, once both are gone', async () => {
  await scenario.fig(`web: { ${SLEEP}, volumes_from: [data] }\ndata: { ${SLEEP}, volumes: [/d] }`).ok('up', '-d');
  await scenario.ok('up', '-d', '--force-recreate');
  const { Mounts } = await scenario.inspect('data');
  await scenario.ok('down', '-v');
  const { Volumes } = await scenario.docker.listVolumes();
  expect(Volumes.map(({ Name }) => Name)).not.toContain(Mounts[0]?.Name);
  expect(await scenario.states()).toEqual([]);
});

it('a project may have any name', async () => {
  scenario.fig(`a: { ${SLEEP} }`);
  const { code } = await scenario.run(['-p', 'subnets', 'up', '-d']);
  const gone = await scenario.run(['-p', 'subnets', 'down']);
  expect([code, gone.code]).toEqual([0, 0]);
});

it('--exit-code-from a service that is not there changes nothing', async () => {
  scenario.fig(`web: { ${SLEEP} }`);
  const { code, stderr } = await scenario.run(['up', '--exit-code-from', 'wev']);
  expect([code, stderr.includes('did you mean "web"')]).toEqual([1, true]);
  expect(await scenario.states()).toEqual([]);
});

it('the order in which variables and labels are written is no difference', async () => {
  await scenario.fig(`web: { ${SLEEP}, environment: { A: "1", B: "2" }, labels: { x: "1", y: "2" } }`).ok('up', '-d');
  await scenario.fig(`web: { ${SLEEP}, environment: { B: "2", A: "1" }, labels: { y: "2", x: "1" } }`).ok('up', '-d');
  expect((await scenario.ok('plan')).stdout).toBe('nothing to do\n');
});

describe('a container whose log cannot be read back', () => {
  it('is followed over a restart from where it is, and does not end the others', async () => {
    scenario.fig(`
quiet: { image: busybox, log_driver: none, restart: "on-failure:1", command: "sh -c 'echo life; exit 1'" }
other: { image: busybox, command: "sh -c 'echo other'" }
`);
    const { code, stdout } = await scenario.run(['up']);
    expect(stdout).toContain('life');
    expect(stdout).toContain('other');
    expect(stdout).toContain(`${scenario.name('quiet')} exited with code 1`);
    expect(code).toBe(1);
  });

  it('is told of by logs, which shows the others', async () => {
    scenario.fig(`quiet: { ${SLEEP}, log_driver: none }\nother: { image: busybox, command: echo other }`);
    await scenario.ok('up', '-d');
    const { code, stdout, stderr } = await scenario.run(['logs']);
    expect(stdout).toContain('other');
    expect(stderr).toContain('does not support reading');
    expect(code).toBe(0);
  });
});
