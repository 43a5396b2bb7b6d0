import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, type Ended } from '../support/cli.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

/** Nobody listens there: a file's error must come without the engine being asked. */
const NO_ENGINE = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

const bomb = (): string => {
  const rows = ['a: &a0 { image: busybox, labels: [x, x, x, x, x, x, x, x, x, x] }'];
  for (let i = 1; i < 12; i += 1) rows.push(`s${i}: &a${i} [${`*a${i - 1}, `.repeat(10)}]`);
  return rows.join('\n');
};

/** The file, and what its message must name. */
const BAD: readonly (readonly [what: string, text: string, ...parts: string[]])[] = [
  ['empty', '', 'fig.yml:1:1', 'empty'],
  ['a list at the top', '- web\n', 'fig.yml:1:1'],
  ['malformed YAML', 'web:\n  image: "busybox\n', 'fig.yml:'],
  ['a tab for indentation', 'web:\n\timage: busybox\n', 'fig.yml:2:'],
  ['a key given twice', 'web:\n  image: a\n  image: b\n', 'fig.yml:3:3', 'image'],
  ['a service given twice', 'web: { image: a }\nweb: { image: b }\n', 'fig.yml:2:1', 'web'],
  ['an unknown key', 'web:\n  image: a\n  prots: ["80"]\n', 'fig.yml:3:3', 'prots', 'ports'],
  ['port for ports', 'web:\n  image: a\n  port: "80"\n', 'fig.yml:3:3', 'ports'],
  ['a wrong type', 'web: { image: a, privileged: perhaps }\n', 'fig.yml:1:', 'perhaps'],
  ['a service that is a scalar', 'web: busybox\n', 'fig.yml:1:', 'web'],
  ['neither image nor build', 'web: { command: ls }\n', 'web', 'image', 'build'],
  ['both image and build', 'web: { image: a, build: . }\n', 'web', 'image', 'build'],
  ['a port beyond the last', 'web: { image: a, ports: ["99999"] }\n', '99999'],
  ['a port of four parts', 'web: { image: a, ports: ["80:80:80:80"] }\n', '80:80:80:80'],
  ['ranges that do not match', 'web: { image: a, ports: ["8000-8002:80-81"] }\n', '8000-8002:80-81'],
  ['a bad volume', 'web: { image: a, volumes: ["/a:/b:xyz"] }\n', 'xyz'],
  ['a relative container path', 'web: { image: a, volumes: ["/a:b"] }\n', 'b'],
  ['an unknown link', 'web: { image: a, links: [dbb] }\ndb: { image: b }\n', 'dbb', 'db'],
  ['a link to itself', 'web: { image: a, links: [web] }\n', 'web'],
  [
    'a cycle of two',
    'a: { image: x, links: [b] }\nb: { image: x, links: [a] }\n',
    'fig.yml:1:',
    'a links to b',
    'line 2',
  ],
  [
    'a cycle of three kinds',
    'a: { image: x, links: [b] }\nb: { image: x, volumes_from: [c] }\nc: { image: x, net: "container:a" }\n',
    'fig.yml:1:',
    'line 2',
    'line 3',
  ],
  ['a missing env_file', 'web: { image: a, env_file: nowhere.env }\n', 'nowhere.env'],
  ['an invalid name', '"web app": { image: a }\n', 'web app'],
  ['a binary file', '\u0000\u0001\u0002\u0003', 'not a text file'],
  ['a file of 10 MB', `web: { image: a }\n#${'x'.repeat(1e7)}\n`, 'too large'],
  ['a bomb of aliases', bomb(), 'fig.yml:'],
  ['a missing variable that must be there', 'web: { image: "${NOWHERE:?give me one}" }\n', 'give me one'],
  ['a thousand levels', `web: ${'['.repeat(1000)}${']'.repeat(1000)}\n`, 'fig.yml:1:'],
  ['a hundred thousand levels', `web: ${'['.repeat(100_000)}\n`, 'fig.yml:1:'],
];

const expectOneMessage = ({ stdout, stderr }: Ended, parts: readonly string[]): void => {
  expect(stdout).toBe('');
  for (const part of parts) expect(stderr).toContain(part);
  expect(stderr).toContain('error: ');
  expect(stderr).not.toMatch(/^\s+at .*\d+:\d+\)?$/m);
  expect(stderr.length).toBeLessThan(4000);
};

describe('a bad file', () => {
  it.each(BAD)('%s: is told in one clear message, at once, without the engine', async (_what, text, ...parts) => {
    const from = performance.now();
    const up = await scenario.fig(text).run(['up', '-d'], { env: NO_ENGINE });
    expect(performance.now() - from).toBeLessThan(20_000); // under a second by itself; the bombs of the list would take for ever
    expect(up.code).toBe(1);
    expectOneMessage(up, parts);
  });

  it('is 125 for run, so that it is not taken for the code of the command', async () => {
    const ended = await scenario.fig('web: busybox\n').run(['run', 'web', 'true'], { env: NO_ENGINE });
    expect(ended.code).toBe(125);
    expectOneMessage(ended, ['web']);
  });

  it('is the same to every command', async () => {
    scenario.fig('web: { image: busybox, prots: ["80"] }\n');
    const commands = ['up', 'ps', 'logs', 'stop', 'start', 'restart', 'kill', 'rm', 'down', 'build', 'pull', 'config'];
    const ended = await Promise.all(
      [...commands, 'plan'].map((command) => scenario.run([command], { env: NO_ENGINE })),
    );
    expect(ended.map(({ code }) => code)).toEqual(ended.map(() => 1));
    expect(new Set(ended.map(({ stderr }) => stderr)).size).toBe(1);
    expect(ended[0]?.stderr).toContain('ports');
  });

  it('has all its problems told in one run', async () => {
    const { stderr } = await scenario
      .fig('a: { imag: x }\nb: { image: x, links: [c] }\n')
      .run(['up'], { env: NO_ENGINE });
    expect(stderr).toContain('fig.yml:1:');
    expect(stderr).toContain('fig.yml:2:');
  });

  it('that never ends is not read to its end', async () => {
    for (const args of [
      ['-f', '/dev/zero'],
      ['-f', scenario.directory],
    ]) {
      const ended = await scenario.run([...args, 'up'], { env: NO_ENGINE });
      expect(ended.code).toBe(1);
      expectOneMessage(ended, [args[1] ?? '']);
    }
  });
});

describe('finding the file', () => {
  const services = async (args: readonly string[], env: Record<string, string> = {}): Promise<string> => {
    const { code, stdout, stderr } = await scenario.run([...args, 'config', '--services'], { env });
    return code === 0 ? stdout.trim() : stderr;
  };

  it('-f beats TSFIG_FILE, which beats COMPOSE_FILE, which beats FIG_FILE, which beats fig.yml', async () => {
    for (const name of ['fig', 'flag', 'tsfig', 'compose', 'old'])
      scenario.write(`${name}.yml`, `${name}: { image: x }`);
    const old = { FIG_FILE: 'old.yml' };
    const compose = { ...old, COMPOSE_FILE: 'compose.yml' };
    const tsfig = { ...compose, TSFIG_FILE: 'tsfig.yml' };
    expect(await services([])).toBe('fig');
    expect(await services([], old)).toBe('old');
    expect(await services([], compose)).toBe('compose');
    expect(await services([], tsfig)).toBe('tsfig');
    expect(await services(['-f', 'flag.yml'], tsfig)).toBe('flag');
  });

  it('reads standard input with -f -, and fig.yaml where there is no fig.yml', async () => {
    scenario.write('fig.yaml', 'yaml: { image: x }');
    expect(await services([])).toBe('yaml');
    const { stdout } = await scenario.run(['-f', '-', 'config', '--services'], { input: 'piped: { image: x }' });
    expect(stdout).toBe('piped\n');
  });

  it('is told when there is none', async () => {
    const { code, stderr } = await scenario.run(['up'], { env: NO_ENGINE });
    expect(code).toBe(1);
    expect(stderr).toContain('fig.yml');
    expect(stderr).toContain('-f');
    const named = await scenario.run(['-f', 'nowhere.yml', 'up'], { env: NO_ENGINE });
    expect([named.code, named.stderr]).toEqual([1, expect.stringContaining('nowhere.yml')]);
  });

  it('names an engine that does not answer, and DOCKER_HOST', async () => {
    scenario.fig('web: { image: busybox }');
    for (const address of ['unix:///nowhere/docker.sock', 'tcp://127.0.0.1:1']) {
      const { code, stderr } = await scenario.run(['up'], { env: { DOCKER_HOST: address } });
      expect(code).toBe(1);
      expect(stderr).toContain(address.replace('tcp://', ''));
      expect(stderr).toContain('DOCKER_HOST');
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect((await scenario.run(['run', 'web'], { env: NO_ENGINE })).code).toBe(125);
  });
});

describe('the project name', () => {
  const nameWith = async (args: readonly string[], env: Record<string, string>): Promise<string> => {
    const { stdout } = await scenario.run([...args, 'config', '--format', 'json'], { env });
    return (JSON.parse(stdout) as { project: string }).project;
  };

  it('comes from -p, TSFIG_, COMPOSE_, FIG_PROJECT_NAME, and then the directory of the file', async () => {
    scenario.write('My App_2/fig.yml', 'web: { image: x }');
    const file = ['-f', 'My App_2/fig.yml'];
    const none = { TSFIG_PROJECT_NAME: '' };
    const fig = { ...none, FIG_PROJECT_NAME: 'from-fig' };
    const compose = { ...fig, COMPOSE_PROJECT_NAME: 'from-compose' };
    expect(await nameWith(file, none)).toBe('myapp_2');
    expect(await nameWith(file, fig)).toBe('from-fig');
    expect(await nameWith(file, compose)).toBe('from-compose');
    expect(await nameWith(file, { ...compose, TSFIG_PROJECT_NAME: 'from-tsfig' })).toBe('from-tsfig');
    expect(await nameWith(['-p', 'Explicit.Name', ...file], compose)).toBe('explicitname');
  });

  it('of nothing usable is an error', async () => {
    const { code, stderr } = await scenario.fig('web: { image: x }').run(['-p', '!!!', 'config']);
    expect(code).toBe(1);
    expect(stderr).toContain('!!!');
  });
});
