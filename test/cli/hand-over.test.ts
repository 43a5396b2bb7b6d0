import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';

let scenario: Scenario;
let ports: readonly [number, number];
beforeEach(async () => {
  scenario = new Scenario();
  ports = [await freePort(), await freePort()];
});
afterEach(() => scenario.clean());

const IDLE = 'image: busybox, stop_signal: SIGKILL, command: sleep 600';
const BROKEN = 'image: busybox, stop_signal: SIGKILL, command: [nosuchthing]';

/** Brings the file up, and makes sure that one run was enough. */
async function settles(fig: string, ...words: string[]): Promise<void> {
  scenario.fig(fig);
  await scenario.ok('up', '-d', ...words);
  expect((await scenario.ok('plan', ...words)).stdout).toBe('nothing to do\n');
  expect((await scenario.states()).filter((state) => !state.endsWith(': running'))).toEqual([]);
}

/** Host ports by service, as the engine has them now. */
async function published(...services: string[]): Promise<(string | undefined)[]> {
  const found = await Promise.all(services.map((service) => scenario.inspect(service)));
  return found.map(({ NetworkSettings }) => NetworkSettings.Ports['80/tcp']?.[0]?.HostPort);
}

const named = (name: string): string => `${scenario.project}-${name}`;

describe('what one container gives up, another has in the same up', () => {
  it('a port that moves from a consumer to the service it links to', async () => {
    const [port] = ports;
    await settles(`db: { ${IDLE} }\nweb: { ${IDLE}, links: [db], ports: ["${port}:80"] }`);
    await settles(`db: { ${IDLE}, ports: ["${port}:80"] }\nweb: { ${IDLE}, links: [db] }`);
    expect(await published('db', 'web')).toEqual([String(port), undefined]);
  });

  it('two ports that services swap', async () => {
    const [a, b] = ports;
    await settles(`one: { ${IDLE}, ports: ["${a}:80"] }\ntwo: { ${IDLE}, links: [one], ports: ["${b}:80"] }`);
    await settles(`one: { ${IDLE}, ports: ["${b}:80"] }\ntwo: { ${IDLE}, links: [one], ports: ["${a}:80"] }`);
    expect(await published('one', 'two')).toEqual([String(b), String(a)]);
  });

  it('two names that services swap, without recreating a container', async () => {
    const fig = (one: string, two: string): string =>
      `one: { ${IDLE}, container_name: ${named(one)} }\ntwo: { ${IDLE}, container_name: ${named(two)} }`;
    await settles(fig('a', 'b'));
    const ids = async (): Promise<string[]> =>
      Promise.all(['a', 'b'].map(async (name) => (await scenario.docker.getContainer(named(name)).inspect()).Id));
    const before = await ids();
    await settles(fig('b', 'a'));
    expect(await ids()).toEqual(before.toReversed());
  });

  it('the name and the port of a service that was renamed', async () => {
    const fig = (service: string): string =>
      `${service}: { ${IDLE}, container_name: ${named('a')}, ports: ["${ports[0]}:80"] }`;
    await settles(fig('old'), '--remove-orphans');
    await settles(fig('new'), '--remove-orphans');
    const { Config } = await scenario.docker.getContainer(named('a')).inspect();
    expect(Config.Labels['com.docker.compose.service']).toBe('new');
  });
});

describe('when the one that takes over cannot start', () => {
  it('a service that was renamed keeps its old container running', async () => {
    const fig = (service: string, how: string): string =>
      `${service}: { ${how}, container_name: ${named('a')}, ports: ["${ports[0]}:80"] }`;
    await settles(fig('old', IDLE));
    const container = scenario.docker.getContainer(named('a'));
    const { Id } = await container.inspect();
    scenario.fig(fig('new', BROKEN));
    const { code, stderr } = await scenario.run(['up', '-d', '--remove-orphans']);
    expect(code).toBe(1);
    expect(stderr).toContain(`Putting ${named('a')} back ... done`);
    const after = await container.inspect();
    expect([after.Id, after.State.Running]).toEqual([Id, true]);
  });

  it('both of those that swap a port run as before', async () => {
    const [a, b] = ports;
    await settles(`one: { ${IDLE}, ports: ["${a}:80"] }\ntwo: { ${IDLE}, ports: ["${b}:80"] }`);
    const ids = async (): Promise<string[]> =>
      Promise.all(['one', 'two'].map(async (service) => (await scenario.inspect(service)).Id));
    const before = await ids();
    scenario.fig(`one: { ${IDLE}, ports: ["${b}:80"] }\ntwo: { ${BROKEN}, ports: ["${a}:80"] }`);
    expect((await scenario.run(['up', '-d'])).code).toBe(1);
    expect(await ids()).toEqual(before);
    expect(await published('one', 'two')).toEqual([String(a), String(b)]);
  });
});

describe('a container that neither runs nor has ended', () => {
  it('in a crash loop is replaced by a file that was put right', async () => {
    const loop = (code: number): string =>
      `web: { image: busybox, stop_signal: SIGKILL, restart: always, command: ["sh", "-c", "exit ${code}"] }`;
    scenario.fig(loop(3));
    await scenario.ok('up', '-d');
    await eventually(async () => (await scenario.inspect('web')).State.Restarting || undefined, 'a restart');
    await settles(`web: { ${IDLE}, restart: always }`);
  });

  it('in a crash loop gets its own name back', async () => {
    scenario.fig(`web: { image: busybox, restart: always, command: ["sh", "-c", "exit 3"] }`);
    await scenario.ok('up', '-d');
    await eventually(async () => (await scenario.inspect('web')).State.Restarting || undefined, 'a restart');
    const { Id } = await scenario.inspect('web');
    scenario.fig(
      `web: { image: busybox, restart: always, command: ["sh", "-c", "exit 3"], container_name: ${named('a')} }`,
    );
    await scenario.ok('up', '-d');
    expect((await scenario.docker.getContainer(named('a')).inspect()).Id).toBe(Id);
  });

  it('but is paused runs on after up', async () => {
    await settles(`web: { ${IDLE} }`);
    await scenario.docker.getContainer(scenario.name('web')).pause();
    expect((await scenario.ok('plan')).stdout).toBe(`unpause ${scenario.name('web')}: it is paused\n`);
    await settles(`web: { ${IDLE} }`);
  });

  it('but is paused is replaced', async () => {
    await settles(`web: { ${IDLE} }`);
    await scenario.docker.getContainer(scenario.name('web')).pause();
    await settles(`web: { ${IDLE}, environment: { A: b } }`);
  });
});
