import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkVariables } from '../../src/plan/link-variables.js';
import type { ExposedPort } from '../../src/model/project.js';
import { Scenario } from '../support/cli.js';
import { seeded } from '../support/random.js';

/** What an engine that still has legacy links tells a container that is linked to others, and what tsfig tells it. */

interface Target {
  readonly alias: string;
  /** As `ExposedPorts` has them. */
  readonly exposed?: readonly string[];
  /** As `fig.yml` has them; the same ones, unless the image has some. */
  readonly fig?: string;
  readonly image?: 'busybox' | 'exposing';
  readonly environment?: Readonly<Record<string, string>>;
}

const many = (...ports: readonly number[]): string[] => ports.map((port) => `${port}/tcp`);
const expose = (ports: readonly string[]): string => `expose: [${ports.map((port) => `"${port}"`).join(', ')}]`;

/** By service name. */
const TARGETS: Readonly<Record<string, Target>> = {
  none: { alias: 'none' },
  one: { alias: 'one', exposed: many(5432) },
  several: { alias: 'several', exposed: many(8080, 80, 443, 9) },
  two: { alias: 'two', exposed: many(7000, 7001) },
  three: { alias: 'three', exposed: many(7000, 7001, 7002) },
  five: { alias: 'five', exposed: many(7004, 7003, 7002, 7001, 7000, 9000) },
  runs: { alias: 'runs', exposed: many(1, 2, 3, 10, 11, 20, 21, 22, 23) },
  udp: { alias: 'udp', exposed: ['53/udp'] },
  both: { alias: 'both', exposed: ['53/udp', '53/tcp'] },
  bothRun: { alias: 'bothrun', exposed: ['53/udp', '53/tcp', '54/tcp', '54/udp', '55/tcp'] },
  udpRun: { alias: 'udprun', exposed: ['60/udp', '61/udp', '62/tcp', '63/udp'] },
  udpFirst: { alias: 'udpfirst', exposed: ['10/udp', '11/tcp', '12/udp', '80/tcp'] },
  published: { alias: 'published', exposed: many(81, 82), fig: 'ports: ["82", "127.0.0.1::81"]' },
  union: { alias: 'union', exposed: many(90, 91, 92), fig: 'ports: ["92"]\n  expose: ["90", "91", "92"]' },
  imaged: { alias: 'imaged', image: 'exposing', exposed: many(4001), environment: { FROM_IMAGE: 'laid over' } },
  'with-dash.and_dot': { alias: 'My-DB.main_1', exposed: many(3306) },
  values: {
    alias: 'values',
    exposed: many(1),
    environment: {
      EQUALS: 'a=b==c',
      SPACES: '  two  spaces  ',
      NEWLINES: 'first\nsecond\n',
      NON_ASCII: 'grün 日本 🐳',
      EMPTY: '',
      QUOTES: `"double" 'single' \\back $HOME`,
      HOME: '/not/told',
      PATH: '/bin:/not/told',
      lower_case: 'kept',
      'dashed-key.dot': 'kept',
    },
  },
};

/** Its own variables and its image's win over those of links. */
const CONSUMER = { ONE_PORT: 'mine', NONE_NAME: '' };

const scenario = new Scenario();
const { docker, project } = scenario;
const label = { 'com.docker.compose.project': project };
const { Version } = (await docker.version()) as { Version: string };
const legacy = Number(Version.split('.')[0]) < 29;
const style = Number(Version.split('.')[0]) < 28 ? 'number-first' : 'protocol-first';
const imageName = `${project}-exposing`;

/** An image of busybox with changes, made by commit because that needs no builder. */
async function commit(name: string, changes: readonly string[]): Promise<void> {
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['true'], Labels: label });
  await container.commit({ repo: name, changes: changes.join('\n') });
}

const toExposed = (ports: readonly string[] = []): Record<string, object> =>
  Object.fromEntries(ports.map((port) => [port, {}]));

const toEnv = (environment: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(environment).map(([key, value]) => `${key}=${value}`);

const imageOf = ({ image }: Target): string => (image === 'exposing' ? imageName : 'busybox');

async function startLegacy(name: string, target: Target): Promise<Docker.Container> {
  const container = await docker.createContainer({
    name: `${project}-legacy-${name}`,
    Image: imageOf(target),
    Cmd: ['sleep', '600'],
    Labels: label,
    Env: toEnv(target.environment),
    ExposedPorts: toExposed(target.exposed),
  });
  await container.start();
  return container;
}

/** The environment of a container's first process, byte for byte. */
const PRINT = 'cat /proc/self/environ';

/** What the container wrote; it must have ended. Its output is not framed, because it has a terminal that changes nothing. */
async function printed(container: Docker.Container): Promise<Map<string, string>> {
  await container.wait();
  const framed = await container.logs({ stdout: true });
  const chunks: Buffer[] = [];
  for (let at = 0; at < framed.length;) {
    const size = framed.readUInt32BE(at + 4);
    chunks.push(framed.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  const entries = Buffer.concat(chunks).toString('utf8').split('\0').filter(Boolean);
  return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
}

async function runLegacy(name: string, image: string, links: readonly string[]): Promise<Map<string, string>> {
  const container = await docker.createContainer({
    name: `${project}-legacy-${name}`,
    Image: image,
    Cmd: ['sh', '-c', PRINT],
    Labels: label,
    Env: toEnv(CONSUMER),
    HostConfig: { Links: [...links] },
  });
  await container.start();
  return printed(container);
}

const addressOf = async (container: Docker.Container, network: string): Promise<string> =>
  (await container.inspect()).NetworkSettings.Networks[network]?.IPAddress ?? 'no address';

/** Variables with each target's address and the consumer's name replaced, sorted, without what has nothing to do with links. */
function normal(
  variables: ReadonlyMap<string, string>,
  addresses: readonly (readonly [string, string])[],
  consumer: string,
): string[] {
  return [...variables]
    .filter(([key]) => !['HOSTNAME', 'HOME', 'PATH', 'PWD', 'SHLVL'].includes(key))
    .map(([key, value]) => {
      const told = addresses.find(([, address]) =>
        new RegExp(`(^|//)${address.replaceAll('.', '\\.')}(:|$)`).test(value),
      );
      const named = told ? value.replace(told[1], `<${told[0]}>`) : value;
      return `${key}=${named.replace(`/${consumer}/`, '/<consumer>/')}`;
    })
    .toSorted();
}

describe.skipIf(!legacy)(
  `the variables of links, beside the engine's own${legacy ? '' : ` (skipped: Engine ${Version} has none)`}`,
  () => {
    beforeAll(async () => {
      await commit(imageName, [
        'EXPOSE 4000 4002/udp 4002',
        'ENV FROM_IMAGE=yes',
        'ENV UNION_PORT=image',
        'CMD ["sleep", "600"]',
      ]);
      const services = Object.entries(TARGETS).map(([name, target]) => {
        const ports = target.fig ?? expose(target.exposed ?? []);
        const environment = JSON.stringify(target.environment ?? {}).replaceAll('$', '$$$$');
        return `${name}:
  image: ${imageOf(target)}
  command: sleep 600
  stop_signal: SIGKILL
  environment: ${environment}
  ${ports}
`;
      });
      const links = Object.entries(TARGETS).map(([name, { alias }]) => `"${name}:${alias}"`);
      scenario.fig(`${services.join('')}
consumer:
  image: ${imageName}
  command: ["sh", "-c", "${PRINT}"]
  environment: ${JSON.stringify(CONSUMER)}
  links: [${links.join(', ')}]
`);
      await Promise.all([
        scenario.ok('up', '-d'),
        ...Object.entries(TARGETS).map(([name, target]) => startLegacy(name, target)),
      ]);
    });
    afterAll(() => scenario.clean());

    it('are equal but for the address, for ports, aliases and values of every kind', async () => {
      const names = Object.keys(TARGETS);
      const links = Object.entries(TARGETS).flatMap(([name, { alias }]) =>
        [alias, `${name}_1`, `${project}_${name}_1`].map((each) => `${project}-legacy-${name}:${each}`),
      );
      const theirs = await runLegacy('consumer', imageName, links);
      const ours = await printed(docker.getContainer(scenario.name('consumer')));
      const at = (prefix: string, network: string, suffix: string) =>
        Promise.all(
          names.map(
            async (name) => [name, await addressOf(docker.getContainer(`${prefix}${name}${suffix}`), network)] as const,
          ),
        );
      const expected = normal(theirs, await at(`${project}-legacy-`, 'bridge', ''), `${project}-legacy-consumer`);
      const told = normal(ours, await at(`${project}_`, `${project}_default`, '_1'), scenario.name('consumer'));
      expect(expected.length).toBeGreaterThan(300);
      expect(told).toEqual(expected);
      expect(told).toContain('ONE_PORT=mine');
      expect(told).toContain('UNION_PORT=image');
    });

    it('are equal for random sets of ports', async () => {
      const random = seeded(20);
      const sets = Array.from({ length: 15 }, () => randomPorts(random));
      const targets = await Promise.all(
        sets.map((exposed, index) => startLegacy(`random-${index}`, { alias: '', exposed: exposed.map(portToText) })),
      );
      const links = sets.map((_ports, index) => `${project}-legacy-random-${index}:r${index}`);
      const theirs = await runLegacy('random', 'busybox', links);
      const addresses = await Promise.all(targets.map((target) => addressOf(target, 'bridge')));
      const ours = new Map<string, string>();
      for (const [index, exposed] of sets.entries()) {
        const target = { address: addresses[index] ?? '', exposed, environment: [] };
        for (const [key, value] of linkVariables(
          { consumer: `${project}-legacy-random`, alias: `r${index}`, how: 'all', style },
          target,
        ))
          ours.set(key, value);
      }
      const inherited = ['HOSTNAME', 'HOME', 'PATH', 'PWD', 'SHLVL', ...Object.keys(CONSUMER)];
      const told = [...theirs].filter(([key]) => !inherited.includes(key) && !key.includes('_ENV_'));
      expect([...ours].toSorted()).toEqual(told.toSorted());
    });

    it('tell of every replica, the alias meaning the first', async () => {
      await scenario.ok('up', '-d', '--scale', 'one=2', 'consumer');
      const again = await printed(docker.getContainer(scenario.name('consumer')));
      const first = await addressOf(docker.getContainer(scenario.name('one', 1)), `${project}_default`);
      const second = await addressOf(docker.getContainer(scenario.name('one', 2)), `${project}_default`);
      expect(second).not.toBe(first);
      expect(again.get('ONE_PORT_5432_TCP_ADDR')).toBe(first);
      expect(again.get('ONE_1_PORT_5432_TCP_ADDR')).toBe(first);
      expect(again.get('ONE_2_PORT_5432_TCP_ADDR')).toBe(second);
      const theirs = await runLegacy('two-of-one', 'busybox', [
        `${project}-legacy-one:x`,
        `${project}-legacy-two:one_2`,
      ]);
      expect(theirs.get('ONE_2_NAME')).toBe(`/${project}-legacy-two-of-one/one_2`);
      expect(again.get('ONE_2_NAME')).toBe(`/${scenario.name('consumer')}/one_2`);
    });
  },
);

const portToText = ({ port, protocol }: ExposedPort): string => `${port}/${protocol}`;

/** Few numbers, so that there are runs and doubles. */
function randomPorts(random: () => number): ExposedPort[] {
  const ports = new Map<string, ExposedPort>();
  for (let left = Math.floor(random() * 9); left > 0; left -= 1) {
    const port: ExposedPort = { port: 1 + Math.floor(random() * 12), protocol: random() < 0.6 ? 'tcp' : 'udp' };
    ports.set(portToText(port), port);
  }
  return [...ports.values()];
}
