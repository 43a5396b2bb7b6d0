import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressToNumber, contains, overlaps, readRange } from '../../src/plan/ipv4.js';
import { layOut } from '../../src/plan/subnet.js';
import { Scenario } from '../support/cli.js';
import { inside } from '../support/inside.js';

/** A web server that tells which container it is, and one that asks it at the address it was told. */
const SERVER = 'image: busybox, command: httpd -f -p 5432 -h /, stop_signal: SIGKILL';
const PAIR = `
web: { image: busybox, command: sleep 600, stop_signal: SIGKILL, links: [db] }
db: { ${SERVER}, expose: ["5432"] }
`;

let scenario: Scenario;

/** The name of the container that answers at the address of a variable; busybox needs a moment to listen. */
const reached = (variable = 'DB_PORT_5432_TCP_ADDR', from = 'web'): Promise<string> => {
  const ask = `wget -q -O - "http://$${variable}:5432/etc/hostname"`;
  return inside(scenario.docker, scenario.name(from), 'sh', '-c', `until ${ask} 2> /dev/null; do sleep 0.1; done`);
};

const networkOf = async (project: Scenario) => {
  const network = await project.docker.getNetwork(`${project.project}_default`).inspect();
  return network as { Id: string; IPAM: { Config: { Subnet: string; IPRange: string }[] } };
};

describe('the address that a link tells', () => {
  beforeAll(async () => {
    scenario = new Scenario();
    scenario.fig(PAIR);
    await scenario.ok('up', '-d');
  });
  afterAll(() => scenario.clean());

  it.each([
    ['restart', [['restart', '-t', '0', 'db']]],
    [
      'stop and start',
      [
        ['stop', 'db'],
        ['start', 'db'],
      ],
    ],
    [
      'kill and up',
      [
        ['kill', 'db'],
        ['up', '-d'],
      ],
    ],
    ['recreation', [['up', '-d', '--force-recreate', '--no-deps', 'db']]],
    [
      'removal and up',
      [
        ['rm', '-s', '-f', 'db'],
        ['up', '-d'],
      ],
    ],
  ])('stays true over a %s of the target, and its consumer stays', async (_what, commands) => {
    const before = { web: (await scenario.inspect('web')).Id, network: (await networkOf(scenario)).Id };
    for (const command of commands) await scenario.ok(...command);
    const db = await scenario.inspect('db');
    expect((await scenario.environment('web'))['DB_PORT']).toBe(
      `tcp://${db.NetworkSettings.Networks[`${scenario.project}_default`]?.IPAddress ?? ''}:5432`,
    );
    expect(await reached()).toBe(db.Config.Hostname);
    expect({ web: (await scenario.inspect('web')).Id, network: (await networkOf(scenario)).Id }).toEqual(before);
  });

  it('stays true while replicas come and go', async () => {
    await scenario.ok('up', '-d', '--scale', 'db=3');
    await scenario.ok('up', '-d', '--scale', 'db=1');
    await scenario.ok('up', '-d', '--scale', 'db=2');
    expect(await reached('DB_2_PORT_5432_TCP_ADDR')).toBe((await scenario.inspect('db', 2)).Config.Hostname);
    await scenario.ok('up', '-d', '--scale', 'db=1');
  });

  it('is told anew, with the reason, when the target tells more', async () => {
    scenario.fig(PAIR.replace('expose: ["5432"]', 'expose: ["5432", "5433"], environment: { PASSWORD: s3cret }'));
    const { stdout } = await scenario.ok('plan');
    expect(stdout).toMatch(/^create \S+_db_1 .*: environment, expose changed$/m);
    expect(stdout).toMatch(/^create \S+_web_1 .*: environment changed$/m);
    await scenario.ok('up', '-d');
    const variables = await scenario.environment('web');
    expect(variables).toMatchObject({ DB_ENV_PASSWORD: 's3cret', DB_PORT_5433_TCP_PORT: '5433' });
  });

  it('is not one that the engine may give to a one-off', async () => {
    const { Subnet, IPRange } = (await networkOf(scenario)).IPAM.Config[0] ?? { Subnet: '', IPRange: '' };
    const { stdout } = await scenario.ok('run', '--rm', '-T', 'web', 'hostname', '-i');
    const dynamic = readRange(IPRange);
    expect(dynamic && contains(dynamic, addressToNumber(stdout.trim()) ?? 0), `${stdout} in ${IPRange}`).toBe(true);
    expect(dynamic && overlaps(dynamic, layOut(Subnet)?.fixed ?? dynamic)).toBe(false);
  });
});

describe('the subnet of a project', () => {
  const scenarios: Scenario[] = [];
  beforeEach(() => {
    scenarios.push(new Scenario(), new Scenario());
  });
  afterEach(async () => {
    for (const each of scenarios.splice(0)) await each.clean();
  });

  it('is not that of another one', async () => {
    const all = scenarios.map((each) => each.fig('web: { image: busybox, command: "true" }'));
    await Promise.all(all.map((each) => each.ok('up', '-d')));
    const [one, two] = await Promise.all(
      all.map(async (each) => readRange((await networkOf(each)).IPAM.Config[0]?.Subnet ?? '')),
    );
    expect(one && two && overlaps(one, two)).toBe(false);
  });

  it('is taken from the range that TSFIG_SUBNET_POOL names', async () => {
    const first = scenarios[0]!;
    first.fig('web: { image: busybox, command: "true" }');
    const base = `10.${200 + (process.pid % 50)}.0.0/16`;
    expect((await first.run(['up', '-d'], { env: { TSFIG_SUBNET_POOL: base } })).code).toBe(0);
    const [subnet, pool] = [readRange((await networkOf(first)).IPAM.Config[0]?.Subnet ?? ''), readRange(base)];
    expect(subnet && pool && overlaps(subnet, pool)).toBe(true);
  });

  it('is refused with one clear message when TSFIG_SUBNET_POOL is no range', async () => {
    const first = scenarios[0]!;
    first.fig('web: { image: busybox, command: "true" }');
    const { code, stderr } = await first.run(['up', '-d'], { env: { TSFIG_SUBNET_POOL: 'nonsense' } });
    expect([code, stderr]).toEqual([
      1,
      `error: TSFIG_SUBNET_POOL is "nonsense", which is no range of addresses
  hint: write it as in TSFIG_SUBNET_POOL=10.123.0.0/16
`,
    ]);
  });
});
