import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine, EngineEvent, LogOptions, OutputChunk } from '../../src/engine/engine.js';
import { ms } from '../../src/lib/units.js';
import type { ContainerSpec, NetworkSpec, SpecNetwork } from '../../src/model/container-spec.js';
import { hasCode } from '../../src/model/errors.js';
import { LABEL } from '../../src/model/names.js';
import type { ObservedContainer } from '../../src/model/observed.js';
import { specOf, TEST_LABEL, testName } from '../support/specs.js';

/** An engine under contract, with what only a test can make it do. */
export interface EngineUnderTest {
  readonly engine: Engine;
  /** Makes the next health probe of the container pass; a real engine runs it by itself. */
  readonly passProbe: (container: string) => void;
}

const ALL: LogOptions = { tty: false, follow: false, timestamps: false, tail: null, since: null, until: null };
const SLEEP = ['sleep', '1000'];

/** What every engine promises: run against the one in memory and against a real one. */
export function describeEngine(title: string, makeEngine: () => Promise<EngineUnderTest>): void {
  describe(title, () => {
    let engine: Engine;
    let passProbe: EngineUnderTest['passProbe'];
    let project: string;
    let ending: AbortController;
    let at: { readonly signal: AbortSignal };
    let networks: string[];

    beforeEach(async () => {
      ({ engine, passProbe } = await makeEngine());
      project = testName();
      ending = new AbortController();
      at = { signal: ending.signal };
      networks = [];
    });

    afterEach(async () => {
      const left = await engine.listContainers({ project, ...at });
      await Promise.all(left.map(({ id }) => engine.removeContainer(id, true, at)));
      for (const network of networks) await ignoring('not-found', engine.removeNetwork(network, at));
      ending.abort(new Error('the test is over'));
    });

    const named = (name: string): string => `${project}-${name}`;
    const create = (name: string, different: Partial<ContainerSpec> = {}): Promise<string> =>
      engine.createContainer(specOf(named(name), project, different), at);
    const start = async (name: string, different: Partial<ContainerSpec> = {}): Promise<string> => {
      const id = await create(name, different);
      await engine.startContainer(id, at);
      return id;
    };
    const listed = async (name: string): Promise<ObservedContainer | undefined> =>
      (await engine.listContainers({ project, ...at })).find((one) => one.name === named(name));
    const ended = (id: string): Promise<number> => engine.waitContainer(id, { nextExit: false, ...at });
    const makeNetwork = async (different: Partial<NetworkSpec> = {}): Promise<string> => {
      const name = different.name ?? named(`net${networks.length}`);
      const labels = { [TEST_LABEL]: 'yes', [LABEL.project]: project };
      await engine.createNetwork({ name, subnet: null, gateway: null, dynamicRange: null, labels, ...different }, at);
      networks.push(name);
      return name;
    };
    const onNetwork = (name: string, address: string | null, links: readonly string[] = []): SpecNetwork => ({
      kind: 'network',
      name,
      address,
      aliases: [],
      links,
    });

    describe('the life of a container', () => {
      it('is listed as created with its name, image and labels, and in no other project', async () => {
        const id = await create('web', { labels: { 'my.label': 'a=b' } });
        const one = await listed('web');
        expect(one).toMatchObject({ id, name: named('web'), image: 'busybox', state: 'created', exitCode: null });
        expect(one?.labels).toMatchObject({ 'my.label': 'a=b', [LABEL.project]: project });
        expect(await engine.listContainers({ project: `${project}-other`, ...at })).toEqual([]);
        const everything = await engine.listContainers({ project: null, ...at });
        expect(everything.map((container) => container.id)).toContain(id);
      });

      it('tells the same image id in the list and in the image', async () => {
        await create('web');
        expect((await listed('web'))?.imageId).toBe((await engine.inspectImage('busybox', at)).id);
      });

      it('tells the same image id for several images at once, and nothing of one that is not there', async () => {
        const { id } = await engine.inspectImage('busybox', at);
        const found = await engine.findImages(['busybox', 'tsfig-test-no-such-image:1'], at);
        expect(Object.fromEntries(found)).toEqual({ busybox: id });
      });

      it('runs, ends, and then tells its exit code in the list and in the inspection', async () => {
        const id = await start('job', { command: ['sh', '-c', 'exit 3'] });
        expect(await ended(id)).toBe(3);
        // 28.5 lists from a copy of its state that follows a moment later.
        await vi.waitFor(async () =>
          expect(await listed('job')).toMatchObject({ state: 'exited', exitCode: 3, health: 'none' }),
        );
        const details = await engine.inspectContainer(id, at);
        expect(details).toMatchObject({ name: named('job'), state: 'exited', exitCode: 3, outOfMemory: false });
        expect(details.startedAt).not.toBeNull();
        expect(details.finishedAt).not.toBeNull();
        expect(details.command).toEqual(['sh', '-c', 'exit 3']);
      });

      it('never started has no times', async () => {
        const id = await create('web');
        expect(await engine.inspectContainer(id, at)).toMatchObject({ startedAt: null, finishedAt: null });
      });

      it('may be started when it runs and stopped when it does not', async () => {
        const id = await start('web', { command: SLEEP });
        await engine.startContainer(id, at);
        expect((await listed('web'))?.state).toBe('running');
        await engine.stopContainer(id, ms(0), at);
        await engine.stopContainer(id, ms(0), at);
        expect(await listed('web')).toMatchObject({ state: 'exited', exitCode: 137 });
      });

      it('starts again after it has ended', async () => {
        const id = await start('job', { command: ['sh', '-c', 'echo one; exit 0'] });
        await ended(id);
        await engine.startContainer(id, at);
        await ended(id);
        expect(await textOf(engine.logs(id, { ...ALL, ...at }))).toBe('one\none\n');
      });

      it('runs after a restart, whether it ran before or not', async () => {
        const id = await create('web', { command: SLEEP });
        await engine.restartContainer(id, ms(0), at);
        expect((await listed('web'))?.state).toBe('running');
        await engine.restartContainer(id, ms(0), at);
        expect((await listed('web'))?.state).toBe('running');
      });

      it('is removed while it runs, and only once', async () => {
        const id = await start('web', { command: SLEEP });
        await engine.removeContainer(id, false, at);
        expect(await listed('web')).toBeUndefined();
        await expect(engine.removeContainer(id, false, at)).rejects.toMatchObject({ code: 'container-not-found' });
      });

      it('cannot be killed when it does not run', async () => {
        const id = await create('web');
        await expect(engine.killContainer(id, 'KILL', at)).rejects.toMatchObject({ code: 'engine-conflict' });
      });

      it('ends when it is killed', async () => {
        const id = await start('web', { command: SLEEP });
        await engine.killContainer(id, 'KILL', at);
        expect(await ended(id)).toBe(137);
      });

      it('is found by its new name after a rename', async () => {
        const id = await start('web', { command: SLEEP });
        await engine.renameContainer(id, named('old'), at);
        expect((await engine.inspectContainer(named('old'), at)).id).toBe(id);
        await expect(engine.inspectContainer(named('web'), at)).rejects.toMatchObject({ code: 'container-not-found' });
        await create('web');
        await expect(engine.renameContainer(id, named('web'), at)).rejects.toMatchObject({ code: 'name-taken' });
      });

      it('is waited for: at once when it does not run, until its next end when that is asked for', async () => {
        const id = await create('web', { command: SLEEP });
        expect(await ended(id)).toBe(0);
        await engine.startContainer(id, at);
        const next = engine.waitContainer(id, { nextExit: true, ...at });
        await engine.inspectContainer(id, at); // gives the waiting the time to arrive
        await engine.killContainer(id, 'KILL', at);
        expect(await next).toBe(137);
      });

      it('tells its environment with the image’s', async () => {
        const id = await create('web', { environment: ['A=b=c'] });
        const { environment } = await engine.inspectContainer(id, at);
        expect(environment).toContain('A=b=c');
        expect(environment.some((one) => one.startsWith('PATH='))).toBe(true);
      });
    });

    describe('what is refused', () => {
      it('a name that is in use', async () => {
        await create('web');
        await expect(create('web')).rejects.toMatchObject({ code: 'name-taken' });
      });

      it('an image that is not there', async () => {
        const missing = 'tsfig-test-no-such-image:1';
        await expect(create('web', { image: missing })).rejects.toMatchObject({ code: 'image-not-found' });
        await expect(engine.inspectImage(missing, at)).rejects.toMatchObject({ code: 'image-not-found' });
        await expect(engine.removeImage(missing, at)).rejects.toMatchObject({ code: 'image-not-found' });
      });

      it('whatever is asked of a container that is not there', async () => {
        const none = named('none');
        const asked = [
          engine.inspectContainer(none, at),
          engine.startContainer(none, at),
          engine.stopContainer(none, null, at),
          engine.killContainer(none, 'TERM', at),
          engine.restartContainer(none, null, at),
          engine.renameContainer(none, named('other'), at),
          engine.waitContainer(none, { nextExit: false, ...at }),
          engine.attach(none, { tty: false, stdin: false, ...at }),
          textOf(engine.logs(none, { ...ALL, ...at })),
        ];
        const codes = (await Promise.allSettled(asked)).map((one) =>
          one.status === 'rejected' ? (one.reason as { code?: unknown }).code : 'fulfilled',
        );
        expect(codes).toEqual(asked.map(() => 'container-not-found'));
      });

      it('a command that is not in the image, and one that is no program', async () => {
        const missing = await create('missing', { command: ['no-such-command'] });
        await expect(engine.startContainer(missing, at)).rejects.toMatchObject({ code: 'command-not-found' });
        const absolute = await create('absolute', { command: ['/bin/nosuch'] });
        await expect(engine.startContainer(absolute, at)).rejects.toMatchObject({ code: 'command-not-found' });
        const directory = await create('directory', { command: ['/tmp'] });
        await expect(engine.startContainer(directory, at)).rejects.toMatchObject({ code: 'command-not-executable' });
        expect((await listed('directory'))?.state).toBe('created');
      });

      it('a port that another container publishes', async () => {
        const ports = [{ hostIp: '127.0.0.1', hostPort: 39_417, containerPort: 80, protocol: 'tcp' }] as const;
        await start('one', { command: SLEEP, ports });
        expect((await listed('one'))?.ports).toEqual([
          { hostIp: '127.0.0.1', hostPort: 39_417, containerPort: 80, protocol: 'tcp' },
        ]);
        const two = await create('two', { command: SLEEP, ports });
        await expect(engine.startContainer(two, at)).rejects.toMatchObject({ code: 'port-taken' });
      });

      it('the pull of an image that no registry has', async () => {
        const pulling = collect(engine.pullImage('127.0.0.1:1/tsfig/no-such', at));
        const error: unknown = await pulling.catch((reason: unknown) => reason);
        expect(hasCode(error, 'pull-failed', 'image-not-found')).toBe(true);
      });
    });

    describe('the secret', () => {
      it('secret: is the id of the network "none", which is the same each time', async () => {
        const none = (await engine.listNetworks(at)).find(({ name }) => name === 'none');
        expect(await engine.secret(at)).toBe(none?.id);
        expect(await engine.secret(at)).toBe(none?.id);
      });
    });

    describe('networks', () => {
      it('are listed with their range and labels, and removed', async () => {
        const name = await makeNetwork({ subnet: '10.213.7.0/24', dynamicRange: '10.213.7.128/25' });
        const found = (await engine.listNetworks(at)).find((network) => network.name === name);
        expect(found).toMatchObject({
          driver: 'bridge',
          subnets: ['10.213.7.0/24'],
          dynamicRanges: ['10.213.7.128/25'],
          labels: { [LABEL.project]: project },
        });
        await engine.removeNetwork(name, at);
        await expect(engine.removeNetwork(name, at)).rejects.toMatchObject({ code: 'not-found' });
      });

      it('refuse a name that is taken and a range that another one has', async () => {
        const name = await makeNetwork({ subnet: '10.213.7.0/24' });
        await expect(makeNetwork({ name })).rejects.toMatchObject({ code: 'name-taken' });
        await expect(makeNetwork({ subnet: '10.213.7.128/25' })).rejects.toMatchObject({ code: 'subnet-taken' });
      });

      it('are not removed while a running container is connected', async () => {
        const name = await makeNetwork();
        await start('web', { command: SLEEP, network: onNetwork(name, null) });
        await expect(engine.removeNetwork(name, at)).rejects.toMatchObject({ code: 'network-in-use' });
      });

      it('list a fixed address whether the container is created, runs or has ended; the address in use only while it runs', async () => {
        const name = await makeNetwork({ subnet: '10.213.7.0/24' });
        const endpoint = async (): Promise<unknown> => (await listed('web'))?.networks[name];
        const id = await create('web', { command: SLEEP, network: onNetwork(name, '10.213.7.9') });
        expect(await endpoint()).toMatchObject({ fixed: '10.213.7.9', address: null });
        await engine.startContainer(id, at);
        expect(await endpoint()).toMatchObject({ fixed: '10.213.7.9', address: '10.213.7.9' });
        expect((await engine.inspectContainer(id, at)).networks[name]?.address).toBe('10.213.7.9');
        await engine.killContainer(id, 'KILL', at);
        await ended(id);
        expect(await endpoint()).toMatchObject({ fixed: '10.213.7.9', address: null });
      });

      it('refuse an address that a running container has, and give it when that one has ended', async () => {
        const name = await makeNetwork({ subnet: '10.213.7.0/24' });
        const one = await start('one', { command: SLEEP, network: onNetwork(name, '10.213.7.9') });
        const two = await create('two', { command: SLEEP, network: onNetwork(name, '10.213.7.9') });
        await expect(engine.startContainer(two, at)).rejects.toMatchObject({ code: 'address-taken' });
        await engine.removeContainer(one, false, at);
        await engine.startContainer(two, at);
        expect((await listed('two'))?.networks[name]?.address).toBe('10.213.7.9');
      });

      it('pick addresses from the dynamic range', async () => {
        const name = await makeNetwork({ subnet: '10.213.7.0/24', dynamicRange: '10.213.7.128/25' });
        await start('web', { command: SLEEP, network: onNetwork(name, null) });
        const address = (await listed('web'))?.networks[name]?.address;
        expect(Number(address?.split('.')[3])).toBeGreaterThanOrEqual(128);
      });

      it('let a container link to one that does not exist yet', async () => {
        const name = await makeNetwork();
        const links = [`${named('db')}:db`, `${named('db')}:shop_db_1`];
        const id = await start('web', { command: SLEEP, network: onNetwork(name, null, links) });
        expect((await engine.inspectContainer(id, at)).state).toBe('running');
      });

      it('are joined and left by containers that run', async () => {
        const name = await makeNetwork();
        const id = await start('web', { command: SLEEP });
        await engine.connectNetwork(name, id, { aliases: ['other'], address: null }, at);
        const joined = (await engine.inspectContainer(id, at)).networks[name];
        expect(joined?.address).not.toBeNull();
        expect(joined?.aliases).toContain('other');
        await engine.disconnectNetwork(name, id, at);
        expect((await engine.inspectContainer(id, at)).networks[name]).toBeUndefined();
        const nowhere = engine.connectNetwork(named('nowhere'), id, { aliases: [], address: null }, at);
        await expect(nowhere).rejects.toMatchObject({ code: 'not-found' });
      });

      it('that are gone stop a start', async () => {
        const name = await makeNetwork();
        const id = await create('web', { command: SLEEP, network: onNetwork(name, null) });
        await engine.removeNetwork(name, at);
        await expect(engine.startContainer(id, at)).rejects.toMatchObject({ code: 'not-found' });
      });
    });

    describe('volumes', () => {
      const isThere = async (volume: string): Promise<boolean> => {
        try {
          await engine.removeVolume(volume, at);
          return true;
        } catch (error) {
          if (hasCode(error, 'not-found')) return false;
          throw error;
        }
      };
      const anonymous = (carried: string | null): Partial<ContainerSpec> => ({
        mounts: [{ kind: 'anonymous', target: '/data', carried }],
      });
      const volumeOf = async (name: string): Promise<string> => (await listed(name))?.mounts[0]?.volume ?? 'none';

      it('without a name go with their container only when that is asked for', async () => {
        const [kept, gone] = [await create('kept', anonymous(null)), await create('gone', anonymous(null))];
        const [keptVolume, goneVolume] = [await volumeOf('kept'), await volumeOf('gone')];
        await engine.removeContainer(kept, false, at);
        await engine.removeContainer(gone, true, at);
        expect([await isThere(keptVolume), await isThere(goneVolume)]).toEqual([true, false]);
      });

      it('without a name are carried over to another container', async () => {
        const one = await create('one', anonymous(null));
        const volume = await volumeOf('one');
        await create('two', anonymous(volume));
        expect(await volumeOf('two')).toBe(volume);
        await engine.removeContainer(one, false, at);
      });

      it('with a name are made once, listed by project, and kept while a container uses them', async () => {
        const volume = named('data');
        const labels = { [TEST_LABEL]: 'yes', [LABEL.project]: project };
        await engine.createVolume({ name: volume, driver: null, labels }, at);
        await engine.createVolume({ name: volume, driver: null, labels }, at);
        expect(await engine.listVolumes({ project, ...at })).toEqual([{ name: volume, labels }]);
        const id = await create('db', { mounts: [{ kind: 'volume', volume, target: '/data', mode: '' }] });
        expect((await listed('db'))?.mounts).toMatchObject([{ kind: 'volume', volume, target: '/data' }]);
        await expect(engine.removeVolume(volume, at)).rejects.toMatchObject({ code: 'engine-conflict' });
        await engine.removeContainer(id, true, at);
        await engine.removeVolume(volume, at);
        await expect(engine.removeVolume(volume, at)).rejects.toMatchObject({ code: 'not-found' });
      });
    });

    describe('events', () => {
      it('tell in order all that was caused after the subscription, and nothing of other projects', async () => {
        const events = await engine.events({ project, ...at });
        const other = `${project}x`;
        const stranger = await engine.createContainer(specOf(`${other}-a`, other), at);
        await engine.removeContainer(stranger, false, at);
        const id = await start('job', { command: ['sh', '-c', 'exit 4'] });
        await ended(id);
        await engine.renameContainer(id, named('done'), at);
        await engine.removeContainer(id, false, at);
        const seen = await until(events, ({ action }) => action === 'destroy');
        expect(seen.map(({ action }) => action)).toEqual(['create', 'start', 'die', 'rename', 'destroy']);
        expect(seen.every((event) => event.id === id && event.labels[LABEL.project] === project)).toBe(true);
        expect(seen.map(({ exitCode }) => exitCode)).toEqual([null, null, 4, null, null]);
        expect(seen.map(({ name }) => name)).toEqual([...['job', 'job', 'job'], ...['done', 'done']].map(named));
        expect(seen.map(({ at: time }) => Number(time))).toEqual(seen.map(({ at: time }) => Number(time)).sort());
      });

      it('tell who is stopped and who is killed', async () => {
        const id = await start('web', { command: SLEEP });
        const events = await engine.events({ project, ...at });
        await engine.stopContainer(id, ms(0), at);
        // 20.10 tells the death before the stop, 28.5 may tell it after.
        const awaited = new Set<string>(['stop', 'die']);
        const seen = await until(events, ({ action }) => awaited.delete(action) && awaited.size === 0);
        expect(new Set(seen.map(({ action }) => action))).toEqual(new Set(['kill', 'die', 'stop']));
        expect(seen.find(({ action }) => action === 'die')?.exitCode).toBe(137);
      });

      it('tell health, which the list and the inspection tell too', async () => {
        const events = await engine.events({ project, ...at });
        const healthcheck = {
          test: ['CMD', 'true'],
          interval: ms(100),
          timeout: ms(5000),
          startPeriod: null,
          startInterval: null,
          retries: 3,
        };
        const id = await start('web', { command: SLEEP, healthcheck });
        passProbe(id);
        const seen = await until(events, ({ action }) => action === 'health');
        expect(seen.at(-1)).toMatchObject({ action: 'health', health: 'healthy', name: named('web') });
        expect(await listed('web')).toMatchObject({ state: 'running', health: 'healthy' });
        expect((await engine.inspectContainer(id, at)).health).toBe('healthy');
      });

      it('end with the signal’s reason', async () => {
        const own = new AbortController();
        const events = await engine.events({ project, signal: own.signal });
        const reading = collect(events);
        own.abort(new Error('enough'));
        await expect(reading).rejects.toThrow('enough');
      });
    });

    describe('output', () => {
      it('is whole for who attached before the start, even of a container that ends at once', async () => {
        const id = await create('job', { command: ['sh', '-c', 'echo one; echo two >&2; exit 5'] });
        const { output } = await engine.attach(id, { tty: false, stdin: false, ...at });
        await engine.startContainer(id, at);
        const chunks = await collect(output);
        expect(joined(chunks.filter(({ stream }) => stream === 'stdout'))).toBe('one\n');
        expect(joined(chunks.filter(({ stream }) => stream === 'stderr'))).toBe('two\n');
        expect(await ended(id)).toBe(5);
      });

      it('answers to input, and goes on after the input has ended', async () => {
        const id = await create('cat', { command: ['cat'], stdinOpen: true, stdinOnce: true });
        const attachment = await engine.attach(id, { tty: false, stdin: true, ...at });
        await engine.startContainer(id, at);
        await attachment.write(Buffer.from('hello\n'));
        attachment.endInput();
        expect(joined(await collect(attachment.output))).toBe('hello\n');
        expect(await ended(id)).toBe(0);
      });

      it('keeps a line of a million bytes and characters that come in two pieces', async () => {
        const id = await create('cat', { command: ['cat'], stdinOpen: true, stdinOnce: true });
        const attachment = await engine.attach(id, { tty: false, stdin: true, ...at });
        await engine.startContainer(id, at);
        const line = `${'é'.repeat(500_000)}\n`;
        const bytes = Buffer.from(line);
        const reading = collect(attachment.output);
        await attachment.write(bytes.subarray(0, 333_333));
        await attachment.write(bytes.subarray(333_333));
        attachment.endInput();
        expect(joined(await reading)).toBe(line);
        expect(await textOf(engine.logs(id, { ...ALL, ...at }))).toBe(line);
      });

      it('of a terminal comes raw', async () => {
        const id = await create('tty', { command: ['sh', '-c', 'echo one; echo two >&2'], tty: true });
        const { output } = await engine.attach(id, { tty: true, stdin: false, ...at });
        await engine.startContainer(id, at);
        const chunks = await collect(output);
        expect(joined(chunks).replaceAll('\r\n', '\n')).toBe('one\ntwo\n');
        expect(new Set(chunks.map(({ stream }) => stream))).toEqual(new Set(['stdout']));
        const logged = await textOf(engine.logs(id, { ...ALL, tty: true, ...at }));
        expect(logged.replaceAll('\r\n', '\n')).toBe('one\ntwo\n');
      });

      it('stops coming when the attachment is closed, and the container goes on', async () => {
        const id = await start('web', { command: SLEEP });
        const attachment = await engine.attach(id, { tty: false, stdin: false, ...at });
        const reading = collect(attachment.output).catch(() => 'closed');
        attachment.close();
        await reading;
        expect((await listed('web'))?.state).toBe('running');
      });

      it('is read back from the log by stream', async () => {
        const id = await start('job', { command: ['sh', '-c', 'echo one; echo two >&2; echo three'] });
        await ended(id);
        const chunks = await collect(engine.logs(id, { ...ALL, ...at }));
        expect(joined(chunks.filter(({ stream }) => stream === 'stdout'))).toBe('one\nthree\n');
        expect(joined(chunks.filter(({ stream }) => stream === 'stderr'))).toBe('two\n');
      });

      // On one stream: 20.10 copies the two side by side, so that lines written at once may change places in the log.
      it('is read back from the log: all, the last lines, from a moment on', async () => {
        const id = await start('job', { command: ['sh', '-c', 'echo one; echo two; echo three'] });
        await ended(id);
        expect(await textOf(engine.logs(id, { ...ALL, ...at }))).toBe('one\ntwo\nthree\n');
        expect(await textOf(engine.logs(id, { ...ALL, tail: 1, ...at }))).toBe('three\n');
        expect(await textOf(engine.logs(id, { ...ALL, tail: 0, ...at }))).toBe('');
        expect(await textOf(engine.logs(id, { ...ALL, since: '4000000000', ...at }))).toBe('');
        const stamped = await textOf(engine.logs(id, { ...ALL, timestamps: true, ...at }));
        expect(stamped).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z one$/m);
      });

      it('is followed in the log until the container ends', async () => {
        const id = await start('web', { command: ['sh', '-c', 'echo one; sleep 1000'] });
        const log = engine.logs(id, { ...ALL, follow: true, ...at })[Symbol.asyncIterator]();
        const first = await log.next();
        expect(Buffer.from((first.value as OutputChunk).bytes).toString()).toBe('one\n');
        await engine.killContainer(id, 'KILL', at);
        expect((await log.next()).done).toBe(true);
      });
    });

    describe('being stopped', () => {
      it('rejects with the signal’s reason, before and during a call', async () => {
        const reason = new Error('changed my mind');
        const aborted = { signal: AbortSignal.abort(reason) };
        await expect(engine.listContainers({ project, ...aborted })).rejects.toBe(reason);
        await expect(engine.events({ project, ...aborted })).rejects.toBe(reason);
        await expect(collect(engine.pullImage('busybox', aborted))).rejects.toBe(reason);
        const id = await start('web', { command: SLEEP });
        const own = new AbortController();
        const waiting = engine.waitContainer(id, { nextExit: false, signal: own.signal });
        const reading = collect(engine.logs(id, { ...ALL, follow: true, signal: own.signal }));
        const attached = await engine.attach(id, { tty: false, stdin: true, signal: own.signal });
        const output = collect(attached.output);
        own.abort(reason);
        await expect(waiting).rejects.toBe(reason);
        await expect(reading).rejects.toBe(reason);
        await expect(output).rejects.toBe(reason);
      });

      it('warns of no leak with a hundred calls on one signal', async () => {
        const warnings: Error[] = [];
        const note = (warning: Error): void => void warnings.push(warning);
        process.on('warning', note);
        await Promise.all(Array.from({ length: 100 }, () => engine.inspectImage('busybox', at)));
        await new Promise((resolve) => setImmediate(resolve)); // warnings are told on the next tick
        process.off('warning', note);
        expect(warnings).toEqual([]);
      });
    });
  });
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const joined = (chunks: readonly OutputChunk[]): string =>
  Buffer.concat(chunks.map(({ bytes }) => bytes)).toString('utf8');

const textOf = async (output: AsyncIterable<OutputChunk>): Promise<string> => joined(await collect(output));

/** All events up to the first that is meant. */
async function until(
  events: AsyncIterable<EngineEvent>,
  meant: (event: EngineEvent) => boolean,
): Promise<EngineEvent[]> {
  const seen: EngineEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (meant(event)) break;
  }
  return seen;
}

async function ignoring(code: 'not-found', work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!hasCode(error, code)) throw error;
  });
}
