import { describe, expect, it } from 'vitest';
import { plan } from '../../../src/actions/plan.js';
import { up, type UpRequest } from '../../../src/actions/up.js';
import type { World } from '../../../src/actions/world.js';
import { TsfigError } from '../../../src/model/errors.js';
import type { Control } from '../../../src/model/event.js';
import { LABEL } from '../../../src/model/names.js';
import { allDone, type Plan } from '../../../src/model/plan.js';
import { planToText } from '../../../src/render/plan.js';
import { MemoryEngine, type EngineMethod } from '../../support/memory-engine.js';
import { seeded } from '../../support/random.js';

/** A world whose only file can be written anew. */
class SmallWorld implements World {
  readonly engine = new MemoryEngine();
  readonly environment = {};
  readonly directory = '/shop';
  readonly version = '0';
  file = '';
  readonly host: World['host'] = {
    files: {
      readBytes: () => Promise.resolve(Buffer.from(this.file)),
      readText: () => ({ kind: 'missing' }),
      isFile: (path) => path === '/shop/fig.yml',
      kindOf: (path) => ({ kind: path === '/shop/fig.yml' ? 'file' : 'missing' }),
      realPath: (path) => path,
      isExecutable: () => false,
      writeText: () => undefined,
      removeFile: () => undefined,
      readInput: () => Promise.resolve(Buffer.from('')),
    },
    clock: { now: () => 0, pause: () => Promise.resolve() },
    lock: { acquire: () => Promise.resolve(() => Promise.resolve()) },
    routes: { hostname: 'elsewhere', kernel: '6', taken: () => [] },
  };

  constructor() {
    this.engine.host = { ...this.engine.host, pools: [{ base: '172.30.0.0/16', size: 16 }] };
    this.engine.addImage('volumes', { volumes: ['/from-image'], exposed: [{ port: 80, protocol: 'tcp' }] });
  }

  connectEngine = (): Promise<MemoryEngine> => Promise.resolve(this.engine);
  findEngine = (): Promise<string> => Promise.resolve('memory');
}

const NEVER = new AbortController().signal;
const control: Control = { signal: NEVER, force: NEVER, emit: () => undefined };
const REQUEST: UpRequest = {
  file: null,
  projectName: 'shop',
  services: [],
  noDeps: false,
  recreate: 'changed',
  build: 'missing',
  waitLimit: null,
  removeOrphans: true,
  scale: {},
  grace: null,
  detach: true,
  parallel: 4,
  adopt: false,
  abortOnExit: false,
  exitCodeFrom: null,
};

async function planOf(world: World): Promise<Plan> {
  const planned = await plan(world, REQUEST, control);
  if (!planned.ok) throw new Error(planned.problems.map(({ message }) => message).join('\n'));
  return planned.value;
}

async function upOf(world: World, request: Partial<UpRequest> = {}): Promise<boolean> {
  const done = await up(world, { ...REQUEST, ...request }, control);
  if (!done.ok) throw new Error(done.problems.map(({ message }) => message).join('\n'));
  return allDone(done.value.outcomes);
}

/** A project in which every service needs only earlier ones of the alphabet, written in any order. */
function randomFig(random: () => number): string {
  const count = 1 + Math.floor(random() * 6);
  const names = Array.from({ length: count }, (_none, index) => `s${index}`);
  const maybe = (chance: number, text: string): string => (random() < chance ? text : '');
  const services = names.map((name, index) => {
    const earlier = names.slice(0, index);
    const some = (chance: number): string => earlier.filter(() => random() < chance).join(', ');
    const shared = earlier.length > 0 && random() < 0.15 ? `\n  net: "container:${earlier[0] ?? ''}"` : '';
    const links = shared === '' ? `\n  links: [${some(0.5)}]\n  expose: ["${1000 + Math.floor(random() * 3)}"]` : '';
    return `${name}:
  image: ${random() < 0.3 ? 'volumes' : 'busybox'}
  command: sleep ${Math.floor(random() * 3)}
  environment: { A: "${Math.floor(random() * 3)}" }
  volumes_from: [${some(0.2)}]${links}${shared}
  volumes: [${[maybe(0.3, '/data'), maybe(0.2, 'named:/named')].filter(Boolean).join(', ')}]
`;
  });
  // A service that lives in another's network cannot be linked to.
  const externalAddresses = names.filter((_name, index) => services[index]?.includes('net: '));
  const text = services.toSorted(() => random() - 0.5).join('');
  return externalAddresses.reduce(
    (fig, guest) => fig.replaceAll(new RegExp(`(links: \\[[^\\]]*)\\b${guest}\\b(, )?`, 'g'), '$1'),
    text,
  );
}

/**
 * Services that hand around two names and two ports of the host, and come and go themselves. No two of a file have the
 * same; what one had may be another's in the next file, which may link to it.
 */
function randomHolders(random: () => number): string {
  const shuffled = <T>(values: readonly T[]): T[] =>
    values
      .map((value) => [random(), value] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([, value]) => value);
  const names = shuffled(['cx', 'cy', 'cz', null, null]);
  const ports = shuffled([['80'], ['81'], ['80', '81'], [], []]);
  let free = ['80', '81'];
  const services = shuffled(['s0', 's1', 's2', 's3', 's4']).slice(0, 2 + Math.floor(random() * 4));
  const before: string[] = [];
  return services
    .map((service, index) => {
      const own = (ports[index] ?? []).filter((port) => free.includes(port));
      free = free.filter((port) => !own.includes(port));
      const links = before.filter(() => random() < 0.4);
      before.push(service);
      const name = names[index] ?? null;
      return `${service}:
  image: busybox
  command: sleep ${Math.floor(random() * 2)}
  links: [${links.join(', ')}]
  ports: [${own.map((port) => `"${port}:1000"`).join(', ')}]${name === null ? '' : `\n  container_name: ${name}`}
`;
    })
    .join('');
}

const CHANGING: readonly EngineMethod[] = [
  'createNetwork',
  'createContainer',
  'startContainer',
  'stopContainer',
  'renameContainer',
  'removeContainer',
];

const runningServices = ({ engine }: SmallWorld): Set<string> =>
  new Set(
    [...engine.containers.values()].flatMap(({ state, spec }) =>
      state === 'running' ? [spec.labels[LABEL.service] ?? ''] : [],
    ),
  );

/** One container for each number, under its own name, running. */
function expectWhole(world: SmallWorld, about: string): void {
  const found = [...world.engine.containers.values()];
  expect(
    found.filter(({ state }) => state !== 'running').map(({ name }) => name),
    about,
  ).toEqual([]);
  expect(
    found.filter(({ name }) => !/^shop_s\d_\d$/.test(name)).map(({ name }) => name),
    about,
  ).toEqual([]);
  const addresses = found.flatMap(({ networks }) => networks.get('shop_default')?.address ?? []);
  expect(new Set(addresses).size, about).toBe(addresses.length);
}

describe('after up', () => {
  it('there is nothing left to do, from one project to any other', async () => {
    const random = seeded(3);
    for (let round = 0; round < 25; round += 1) {
      const world = new SmallWorld();
      for (let version = 0; version < 4; version += 1) {
        world.file = randomFig(random);
        const about = `${round}.${version}\n${world.file}`;
        expect(await upOf(world), about).toBe(true);
        expect(planToText(await planOf(world)), about).toBe('nothing to do');
        expectWhole(world, about);
      }
    }
  });

  it('there is nothing left to do, and all run, whoever has handed names and ports to whom', async () => {
    const random = seeded(11);
    for (let round = 0; round < 60; round += 1) {
      const world = new SmallWorld();
      let history = '';
      for (let version = 0; version < 5; version += 1) {
        world.file = randomHolders(random);
        history += `--- ${round}.${version}\n${world.file}`;
        expect(await upOf(world), history).toBe(true);
        expect(planToText(await planOf(world)), history).toBe('nothing to do');
        const states = [...world.engine.containers.values()].map(({ state }) => state);
        expect(new Set(states), history).toEqual(new Set(['running']));
        expect(states.length, history).toBe(world.file.match(/^s\d:/gm)?.length);
      }
    }
  });

  it('no service that ran is without a container, when one that takes over a name or a port cannot start', async () => {
    const random = seeded(13);
    let failures = 0;
    for (let round = 0; round < 120; round += 1) {
      const world = new SmallWorld();
      world.file = randomHolders(random);
      let history = `--- ${round}\n${world.file}`;
      await upOf(world);
      const before = runningServices(world);
      world.file = randomHolders(random);
      history += `---\n${world.file}`;
      world.engine.failNext('startContainer', new TsfigError('port-taken', 'no'));
      if (!(await upOf(world, { parallel: 1 + Math.floor(random() * 4) }))) failures += 1;
      const wanted = new Set(world.file.match(/^s\d(?=:)/gm));
      const running = runningServices(world);
      expect(
        [...before].filter((service) => wanted.has(service) && !running.has(service)),
        history,
      ).toEqual([]);
      world.engine.forgetFailures();
      expect(await upOf(world), history).toBe(true);
      expect(planToText(await planOf(world)), history).toBe('nothing to do');
    }
    expect(failures).toBeGreaterThan(60);
  });

  it('whatever failed, the next one reaches the same', async () => {
    const random = seeded(5);
    for (let round = 0; round < 50; round += 1) {
      const world = new SmallWorld();
      world.file = randomFig(random);
      await upOf(world);
      const volumes = [...world.engine.volumes.keys()];
      world.file = world.file.replaceAll('A: "', 'A: "x');
      for (let left = Math.floor(random() * 3); left >= 0; left -= 1) {
        const method = CHANGING[Math.floor(random() * CHANGING.length)] ?? 'startContainer';
        world.engine.failNext(method, new TsfigError('engine-refused', `${method} fails`));
      }
      await upOf(world, { parallel: 1 + Math.floor(random() * 4) });
      await upOf(world); // what was not used up of the failures
      const about = `${round}\n${world.file}`;
      for (let more = 0; more < 3 && !(await upOf(world)); more += 1);
      expect(planToText(await planOf(world)), about).toBe('nothing to do');
      expectWhole(world, about);
      expect([...world.engine.volumes.keys()].toSorted(), about).toEqual(volumes.toSorted());
    }
  });
});
