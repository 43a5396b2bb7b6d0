import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { inside } from '../support/inside.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const IDLE = 'image: busybox, stop_signal: SIGKILL';
const label = (): Record<string, string> => ({ 'com.docker.compose.project': scenario.project });
const idOf = async (service: string, number = 1): Promise<string> => (await scenario.inspect(service, number)).Id;

/** An image of busybox with changes, under a name; making it again under the same name makes it newer. */
async function commit(name: string, changes: readonly string[]): Promise<void> {
  const container = await scenario.docker.createContainer({ Image: 'busybox', Cmd: ['true'] });
  const labels = Object.entries(label()).map(([key, value]) => `LABEL ${key}=${value}`);
  await container.commit({ repo: name, changes: [...changes, ...labels].join('\n') });
  await container.remove();
}

describe('what differs', () => {
  it('is recreated with the reason, and nothing else is', async () => {
    const image = `${scenario.project}-newer`;
    await commit(image, ['ENV VERSION=1']);
    scenario.write('some.env', 'COLOUR=red\n');
    const fig = (command: string): string => `
same: { ${IDLE}, command: sleep 600 }
command: { ${IDLE}, command: ${command} }
env: { ${IDLE}, command: sleep 600, env_file: some.env }
image: { image: "${image}", stop_signal: SIGKILL, command: sleep 600 }
`;
    scenario.fig(fig('sleep 600'));
    await scenario.ok('up', '-d');
    const before = { same: await idOf('same'), command: await idOf('command'), env: await idOf('env') };
    expect((await scenario.ok('plan', '--exit-code')).stdout).toBe('nothing to do\n');
    await commit(image, ['ENV VERSION=2']);
    scenario.write('some.env', 'COLOUR=blue\n');
    scenario.fig(fig('sleep 601'));
    const { stdout } = await scenario.ok('plan');
    expect(stdout).toMatch(/^create \S+_command_1 .*: command changed$/m);
    expect(stdout).toMatch(/^create \S+_env_1 .*: environment changed$/m);
    expect(stdout).toMatch(/^create \S+_image_1 .*: image is newer$/m);
    expect(stdout).not.toContain('_same_1');
    expect((await scenario.run(['plan', '--exit-code'])).code).toBe(2);
    const { stderr } = await scenario.ok('up', '-d', '--no-recreate');
    expect(stderr).toContain(`${scenario.name('command')} is up-to-date`);
    expect(await idOf('command')).toBe(before.command);
    await scenario.ok('up', '-d');
    expect(await idOf('same')).toBe(before.same);
    expect(await idOf('command')).not.toBe(before.command);
    expect((await scenario.environment('env'))['COLOUR']).toBe('blue');
    expect((await scenario.environment('image'))['VERSION']).toBe('2');
  });

  it('keeps the numbers of replicas', async () => {
    scenario.fig(`web: { ${IDLE}, command: sleep 600 }`);
    await scenario.ok('up', '-d', '--scale', 'web=3');
    await scenario.docker.getContainer(scenario.name('web', 2)).remove({ force: true });
    scenario.fig(`web: { ${IDLE}, command: sleep 601 }`);
    await scenario.ok('up', '-d');
    expect(await scenario.states()).toEqual(['web_1: running', 'web_3: running']);
    await scenario.ok('up', '-d', '--scale', 'web=3');
    expect(await scenario.states()).toEqual(['web_1: running', 'web_2: running', 'web_3: running']);
  });

  it('is everything with --force-recreate', async () => {
    scenario.fig(`a: { ${IDLE}, command: sleep 600 }\nb: { ${IDLE}, command: sleep 600, links: [a] }`);
    await scenario.ok('up', '-d');
    const before = [await idOf('a'), await idOf('b')];
    await scenario.ok('up', '-d', '--force-recreate');
    expect([await idOf('a'), await idOf('b')].some((id) => before.includes(id))).toBe(false);
    expect(await scenario.states()).toEqual(['a_1: running', 'b_1: running']);
  });
});

describe('data', () => {
  it('in anonymous volumes of file and image survives three recreations', async () => {
    const image = `${scenario.project}-volumes`;
    await commit(image, ['VOLUME /from-image']);
    const fig = (version: number): string =>
      `db: { image: "${image}", stop_signal: SIGKILL, command: sleep 600, volumes: [/from-file], environment: { V: ${version} } }`;
    scenario.fig(fig(0));
    await scenario.ok('up', '-d');
    const write = 'echo kept > /from-image/a; echo kept > /from-file/b';
    await inside(scenario.docker, scenario.name('db'), 'sh', '-c', write);
    const volumes = async () => (await scenario.inspect('db')).Mounts.map((mount) => mount.Name).toSorted();
    const before = await volumes();
    for (const version of [1, 2, 3]) {
      scenario.fig(fig(version));
      await scenario.ok('up', '-d');
      expect(await inside(scenario.docker, scenario.name('db'), 'cat', '/from-image/a', '/from-file/b')).toBe(
        'kept\nkept',
      );
      expect(await volumes()).toEqual(before);
    }
    await scenario.ok('down', '-v', '-t', '0');
    const { Volumes } = await scenario.docker.listVolumes();
    expect(Volumes.filter(({ Name }) => before.includes(Name))).toEqual([]);
  });

  it('of a container without a shell survives', async () => {
    const image = `${scenario.project}-bare`;
    const source = await scenario.docker.createContainer({ Image: 'busybox' });
    const changes = ['VOLUME /data', ...Object.entries(label()).map(([key, value]) => `LABEL ${key}=${value}`)];
    const archive = await source.getArchive({ path: '/bin/busybox' });
    await new Promise<void>((resolve, reject) => {
      scenario.docker.importImage(archive, { fromSrc: '-', repo: image, tag: 'latest', changes }, (error, stream) => {
        if (error || !stream) reject(error instanceof Error ? error : new Error('no answer'));
        else scenario.docker.modem.followProgress(stream, (failed) => (failed ? reject(failed) : resolve()));
      });
    });
    await source.remove();
    const fig = (seconds: number): string =>
      `db: { image: "${image}", stop_signal: SIGKILL, command: [/busybox, sleep, "${seconds}"] }`;
    scenario.fig(fig(600));
    await scenario.ok('up', '-d');
    await inside(scenario.docker, scenario.name('db'), '/busybox', 'touch', '/data/kept');
    scenario.fig(fig(601));
    await scenario.ok('up', '-d');
    expect(await inside(scenario.docker, scenario.name('db'), '/busybox', 'ls', '/data')).toBe('kept');
  });
});

describe('a new container that cannot start', () => {
  const SERVICE = `${IDLE}, volumes: [/data]`;

  async function failsAndGoesBack(bad: string, message: RegExp): Promise<void> {
    scenario.fig(`db: { ${SERVICE}, command: sleep 600 }`);
    await scenario.ok('up', '-d');
    const old = await idOf('db');
    await inside(scenario.docker, scenario.name('db'), 'touch', '/data/kept');
    scenario.fig(bad);
    const { code, stderr } = await scenario.run(['up', '-d']);
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(message);
    expect(await scenario.states()).toEqual(['db_1: running']);
    expect(await idOf('db')).toBe(old);
    expect(await inside(scenario.docker, scenario.name('db'), 'ls', '/data')).toBe('kept');
    scenario.fig(`db: { ${SERVICE}, command: sleep 602 }`);
    await scenario.ok('up', '-d');
    expect(await scenario.states()).toEqual(['db_1: running']);
    expect(await inside(scenario.docker, scenario.name('db'), 'ls', '/data')).toBe('kept');
  }

  it('because its command is not there is taken back, and the old one runs on', async () => {
    await failsAndGoesBack(`db: { ${SERVICE}, command: [nosuchthing] }`, /nosuchthing/);
  });

  it('because its port is taken is taken back, and the old one runs on', async () => {
    const other = await scenario.docker.createContainer({
      Image: 'busybox',
      Cmd: ['sleep', '600'],
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '' }] }, AutoRemove: true },
    });
    try {
      await other.start();
      const port = (await other.inspect()).NetworkSettings.Ports['80/tcp']?.[0]?.HostPort ?? '';
      await failsAndGoesBack(`db: { ${SERVICE}, command: sleep 600, ports: ["${port}:80"] }`, new RegExp(port));
    } finally {
      await other.remove({ force: true });
    }
  });

  it('is removed when it had none before it, and made by the next up', async () => {
    scenario.fig(
      `db: { ${IDLE}, command: [nosuchthing] }\nweb: { ${IDLE}, command: sleep 600, links: [db] }\nalone: { ${IDLE}, command: sleep 600 }`,
    );
    const { code, stderr } = await scenario.run(['up', '-d']);
    expect(code).toBe(1);
    expect(stderr.match(/nosuchthing/g)).toHaveLength(1);
    expect(await scenario.states()).toEqual(['alone_1: running', 'web_1: created']);
    scenario.fig(
      `db: { ${IDLE}, command: sleep 600 }\nweb: { ${IDLE}, command: sleep 600, links: [db] }\nalone: { ${IDLE}, command: sleep 600 }`,
    );
    await scenario.ok('up', '-d');
    expect(await scenario.states()).toEqual(['alone_1: running', 'db_1: running', 'web_1: running']);
  });

  it('of a container that was stopped leaves the old one stopped under its name', async () => {
    scenario.fig(`db: { ${SERVICE}, command: sleep 600 }`);
    await scenario.ok('up', '-d');
    await scenario.ok('stop');
    const old = await idOf('db');
    scenario.fig(`db: { ${SERVICE}, command: [nosuchthing] }`);
    expect((await scenario.run(['up', '-d'])).code).toBe(1);
    expect([await idOf('db'), await scenario.states()]).toEqual([old, ['db_1: exited']]);
  });
});

describe('a project of docker compose', () => {
  it('is taken over by up without orphans and duplicates, with its data', async () => {
    const { docker, project } = scenario;
    const network = await docker.createNetwork({
      Name: `${project}_default`,
      Labels: { ...label(), 'com.docker.compose.network': 'default' },
    });
    await docker.createVolume({
      Name: `${project}_named`,
      Labels: { ...label(), 'com.docker.compose.volume': 'named' },
    });
    const make = async (service: string, number: number) => {
      const container = await docker.createContainer({
        name: `${project}-${service}-${number}`,
        Image: 'busybox',
        Cmd: ['sleep', '600'],
        StopSignal: 'SIGKILL',
        Labels: {
          ...label(),
          'com.docker.compose.service': service,
          'com.docker.compose.container-number': String(number),
          'com.docker.compose.oneoff': 'False',
          'com.docker.compose.config-hash': 'f00',
          'com.docker.compose.project.working_dir': scenario.directory,
          'com.docker.compose.project.config_files': `${scenario.directory}/docker-compose.yml`,
        },
        Volumes: { '/anonymous': {} },
        HostConfig: { NetworkMode: network.id, Binds: [`${project}_named:/named`] },
        NetworkingConfig: { EndpointsConfig: { [`${project}_default`]: { Aliases: [service] } } },
      });
      await container.start();
      await inside(docker, container.id, 'touch', `/anonymous/${service}-${number}`, '/named/kept');
    };
    for (const [service, number] of [
      ['db', 1],
      ['db', 2],
      ['web', 1],
      ['other', 1],
    ] as const)
      await make(service, number);
    const mounts = 'volumes: [/anonymous, "named:/named"]';
    scenario.fig(`
web: { ${IDLE}, command: sleep 600, links: [db], ${mounts} }
db: { ${IDLE}, command: sleep 600, ${mounts} }
other: { ${IDLE}, command: sleep 600, ${mounts} }
`);
    expect((await scenario.ok('plan')).stdout).toMatch(/^create \S+_db_2 .*: made by another tool$/m);
    const { stderr } = await scenario.ok('up', '-d', 'web');
    expect(stderr).not.toContain('orphan');
    const taken = ['db_1: running', 'db_2: running', 'web_1: running'];
    expect(await scenario.states()).toEqual([`${project}-other-1: running`, ...taken].toSorted());
    for (const [service, number] of [
      ['db', 1],
      ['db', 2],
      ['web', 1],
    ] as const) {
      const seen = await inside(docker, scenario.name(service, number), 'ls', '/anonymous', '/named');
      expect(seen).toBe(`/anonymous:\n${service}-${number}\n\n/named:\nkept`);
    }
    await scenario.ok('up', '-d');
    expect(await scenario.states()).toEqual([...taken.slice(0, 2), 'other_1: running', 'web_1: running']);
    expect((await scenario.ok('plan')).stdout).toBe('nothing to do\n');
    const address = (await scenario.inspect('db', 2)).NetworkSettings.Networks[`${project}_tsfig`]?.IPAddress;
    expect((await scenario.environment('web'))['DB_2_NAME']).toBe(`/${scenario.name('web')}/db_2`);
    expect(address).toBeTruthy();
    await scenario.ok('down');
    expect(await docker.listNetworks({ filters: { label: [`com.docker.compose.project=${project}`] } })).toEqual([]);
  });
});
