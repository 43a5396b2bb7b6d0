import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { inside } from '../support/inside.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const SERVER = 'image: busybox, command: httpd -f -p 80 -h /, stop_signal: SIGKILL';
const IDLE = 'image: busybox, command: sleep 600, stop_signal: SIGKILL';

/** What answers at a name or an address; busybox needs a moment to listen. */
const reached = (from: string, host: string): Promise<string> =>
  inside(
    scenario.docker,
    scenario.name(from),
    'sh',
    '-c',
    `until wget -q -O - "http://${host}:80/etc/hostname" 2> /dev/null; do sleep 0.1; done`,
  );

/** A container that is none of the project's; it carries its label of tests only so that it can be removed. */
async function makeExternal(name: string, more: object = {}): Promise<{ name: string; id: string }> {
  const full = `${scenario.project}-${name}`;
  const container = await scenario.docker.createContainer({
    name: full,
    Image: 'busybox',
    Cmd: ['httpd', '-f', '-p', '80', '-h', '/'],
    Env: ['FLAVOUR=external'],
    ExposedPorts: { '80/tcp': {} },
    StopSignal: 'SIGKILL',
    ...more,
  });
  await container.start();
  externalContainers.push(full);
  return { name: full, id: container.id };
}
const externalContainers: string[] = [];
afterEach(async () => {
  for (const name of externalContainers.splice(0))
    await scenario.docker.getContainer(name).remove({ force: true, v: true });
});

describe('net', () => {
  it('bridge: links are told by variables and by name', async () => {
    scenario.fig(`
web: { ${IDLE}, net: bridge, links: ["db:store"] }
db: { ${SERVER}, net: bridge, expose: ["80"] }
`);
    await scenario.ok('up', '-d');
    const db = await scenario.inspect('db');
    const address = db.NetworkSettings.Networks['bridge']?.IPAddress ?? '';
    expect(await scenario.environment('web')).toMatchObject({
      STORE_PORT: `tcp://${address}:80`,
      DB_1_PORT_80_TCP_ADDR: address,
    });
    for (const host of ['store', 'db_1', scenario.name('db'), '$STORE_PORT_80_TCP_ADDR']) {
      expect(await reached('web', host)).toBe(db.Config.Hostname);
    }
    expect((await scenario.ok('plan')).stdout).toBe('nothing to do\n');
  });

  it('host, none and a service are passed on', async () => {
    scenario.fig(`
host: { ${IDLE}, net: host }
none: { ${IDLE}, net: none }
guest: { ${IDLE}, net: "container:db" }
db: { ${SERVER} }
`);
    await scenario.ok('up', '-d');
    const mode = async (service: string) => (await scenario.inspect(service)).HostConfig.NetworkMode;
    const db = await scenario.inspect('db');
    expect([await mode('host'), await mode('none'), await mode('guest')]).toEqual([
      'host',
      'none',
      `container:${db.Id}`,
    ]);
    expect(await reached('guest', '127.0.0.1')).toBe(db.Config.Hostname);
    expect((await scenario.ok('plan')).stdout).toBe('nothing to do\n');
  });

  it('a container of a service that is recreated takes the one that lives in its network along', async () => {
    scenario.fig(`\nguest: { ${IDLE}, net: "container:db" }\ndb: { ${SERVER} }\n`);
    await scenario.ok('up', '-d');
    scenario.fig(`\nguest: { ${IDLE}, net: "container:db" }\ndb: { ${SERVER}, environment: { A: b } }\n`);
    expect((await scenario.ok('plan')).stdout).toMatch(/create \S+guest_1.*: depends on \S+db_1, which is recreated$/m);
    await scenario.ok('up', '-d');
    expect(await reached('guest', '127.0.0.1')).toBe((await scenario.inspect('db')).Config.Hostname);
  });

  it('a container of others lends its network', async () => {
    const { name, id } = await makeExternal('lender');
    scenario.fig(`guest: { ${IDLE}, net: "container:${name}" }`);
    await scenario.ok('up', '-d');
    expect((await scenario.inspect('guest')).HostConfig.NetworkMode).toMatch(new RegExp(`^container:(${id}|${name})$`));
    expect(await reached('guest', '127.0.0.1')).toBe(id.slice(0, 12));
    await scenario.ok('down', '-t', '0');
    expect((await scenario.docker.getContainer(name).inspect()).State.Running).toBe(true);
  });
});

describe('external_links', () => {
  it('connect the other container, tell its address from the first up on, and let go of it at the end', async () => {
    const { name, id } = await makeExternal('redis');
    const network = `${scenario.project}_default`;
    const before = await scenario.docker.getContainer(id).inspect();
    scenario.fig(`web: { ${IDLE}, external_links: ["${name}:redis"] }\napi: { ${IDLE} }\n`);
    const { stderr } = await scenario.ok('up', '-d');
    expect(stderr).toContain(`Connecting ${name} to network ${network}`);
    const connected = (await scenario.docker.getContainer(id).inspect()).NetworkSettings.Networks;
    const address = connected[network]?.IPAddress ?? 'none';
    expect(await scenario.environment('web')).toMatchObject({
      REDIS_PORT: `tcp://${address}:80`,
      REDIS_ENV_FLAVOUR: 'external',
      REDIS_NAME: `/${scenario.name('web')}/redis`,
    });
    expect(await reached('web', 'redis')).toBe(id.slice(0, 12));
    expect(await reached('web', '$REDIS_PORT_80_TCP_ADDR')).toBe(id.slice(0, 12));
    expect((await scenario.ok('plan')).stdout).toBe('nothing to do\n');

    await scenario.docker.getContainer(id).restart({ t: 0 });
    await scenario.ok('up', '-d', '--scale', 'api=3', 'api');
    expect((await scenario.ok('plan')).stdout).toBe('nothing to do\n');
    expect(await reached('web', '$REDIS_PORT_80_TCP_ADDR')).toBe(id.slice(0, 12));

    await scenario.ok('down', '-t', '0');
    const after = await scenario.docker.getContainer(id).inspect();
    expect(Object.keys(after.NetworkSettings.Networks)).toEqual(Object.keys(before.NetworkSettings.Networks));
    expect(after.State.Running).toBe(true);
    expect(after.Mounts).toEqual(before.Mounts);
  });

  it('on the default bridge are told by the address there', async () => {
    const { name, id } = await makeExternal('redis');
    scenario.fig(`web: { ${IDLE}, net: bridge, external_links: ["${name}:redis"] }`);
    await scenario.ok('up', '-d');
    expect(await reached('web', 'redis')).toBe(id.slice(0, 12));
    expect(await reached('web', '$REDIS_PORT_80_TCP_ADDR')).toBe(id.slice(0, 12));
  });

  it('to a container that is not there change nothing and say so', async () => {
    scenario.fig(`web: { ${IDLE}, external_links: ["nobody-${scenario.project}:redis"] }`);
    const { code, stderr } = await scenario.run(['up', '-d']);
    expect([code, await scenario.containers()]).toEqual([1, []]);
    expect(stderr).toContain(
      `there is no container nobody-${scenario.project}, which external_links of web names (fig.yml:1)`,
    );
  });
});

describe('volumes_from', () => {
  it('shares the volumes of services and of containers of others, read-only where it says so', async () => {
    const { name } = await makeExternal('store', { Volumes: { '/shared': {} } });
    scenario.fig(`
web: { ${IDLE}, volumes_from: [data, "${name}:ro"] }
data: { ${IDLE}, volumes: [/data] }
`);
    await scenario.ok('up', '-d');
    await inside(scenario.docker, scenario.name('data'), 'touch', '/data/file');
    const seen = await inside(
      scenario.docker,
      scenario.name('web'),
      'sh',
      '-c',
      'ls /data; touch /shared/no 2> /dev/null || echo refused',
    );
    expect(seen).toBe('file\nrefused');
    expect((await scenario.ok('plan')).stdout).toBe('nothing to do\n');
    await scenario.ok('up', '-d', '--force-recreate');
    expect(await inside(scenario.docker, scenario.name('web'), 'ls', '/data')).toBe('file');
  });
});
