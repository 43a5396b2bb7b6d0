import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { onTerminal } from '../support/pty.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const IDLE = 'image: busybox, net: none, command: sleep 300, stop_signal: SIGKILL';
const volumesOf = async (service: string): Promise<string[]> =>
  (await scenario.inspect(service)).Mounts.map(({ Name }) => Name ?? '');
const existing = async (names: readonly string[]): Promise<string[]> => {
  const { Volumes } = await scenario.docker.listVolumes();
  return Volumes.map(({ Name }) => Name).filter((name) => names.includes(name));
};

describe('help', () => {
  it.each(['--help', 'run --help', 'help up'])('that nobody reads is no failure: %s', async (words) => {
    const running = scenario.start(words.split(' '));
    running.child.stdout?.destroy();
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the question of rm', () => {
  const JOB = 'job: { image: busybox, net: none, command: "true" }';

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is a no at %s, with exit code %i and without a stack trace', async (signal, code) => {
    await scenario.fig(JOB).ok('up');
    const rm = scenario.start(['rm']);
    await rm.shows('Are you sure? [yN]');
    rm.child.kill(signal);
    const ended = await rm.ended;
    expect(ended.stderr).not.toMatch(/bug|^\s+at /m);
    expect(ended.code).toBe(code);
    expect(await scenario.states()).toEqual(['job_1: exited']);
  });

  it('can be answered on a terminal', async () => {
    await scenario.fig(JOB).ok('up');
    const rm = onTerminal(scenario, ['rm']);
    await rm.shows('Are you sure? [yN]');
    rm.type('y\r');
    expect((await rm.ended).code).toBe(0);
    expect(await scenario.states()).toEqual([]);
  });
});

describe('anonymous volumes', () => {
  const SHARED = `data: { ${IDLE}, volumes: [/data] }\nweb: { ${IDLE}, volumes_from: [data] }`;

  it('that another container still uses stay at rm -v, which is no failure', async () => {
    await scenario.fig(SHARED).ok('up', '-d');
    const volumes = await volumesOf('data');
    await scenario.ok('stop', 'data');
    await scenario.ok('rm', '-fv', 'data');
    expect(await scenario.states()).toEqual(['web_1: running']);
    expect(await existing(volumes)).toEqual(volumes);
    await scenario.ok('rm', '-fsv');
    expect(await existing(volumes)).toEqual([]);
  });

  it.each([
    ['down', '-v'],
    ['rm', '-fsv'],
  ])('that two containers share go at %s %s', async (...args) => {
    await scenario.fig(SHARED).ok('up', '-d');
    const volumes = await volumesOf('data');
    expect(volumes).toHaveLength(1);
    await scenario.ok(...args);
    expect(await existing(volumes)).toEqual([]);
  });

  it('that a run left behind go at down -v', async () => {
    scenario.fig(`data: { ${IDLE}, volumes: [/data] }`);
    const { stdout } = await scenario.ok('run', '-d', 'data');
    const { Mounts } = await scenario.docker.getContainer(stdout.trim()).inspect();
    await scenario.ok('down', '-v', '-t', '0');
    expect(await existing(Mounts.map(({ Name }) => Name ?? ''))).toEqual([]);
  });
});

describe('without containers', () => {
  it('every verb but start ends with 0, and none changes anything', async () => {
    scenario.fig(`web: { ${IDLE} }`);
    const verbs = [['stop'], ['start'], ['restart'], ['kill'], ['rm', '-f'], ['down'], ['ps'], ['ps', '-q'], ['logs']];
    const ended = await Promise.all(verbs.map((args) => scenario.run(args)));
    expect(ended.map(({ code }) => code)).toEqual(verbs.map(([verb]) => (verb === 'start' ? 1 : 0)));
    expect(ended[7]?.stdout).toBe('');
    expect(await scenario.states()).toEqual([]);
  });
});

describe('ps', () => {
  it('shows ports, cut commands, ends and running one-offs', async () => {
    scenario.fig(`
web: { image: busybox, command: sh -c "echo a long command; sleep 300", stop_signal: SIGKILL, ports: ["127.0.0.1::8000"], expose: [9] }
old: { ${IDLE} }
`);
    await scenario.ok('up', '-d');
    await scenario.ok('kill', 'old');
    const one = (await scenario.ok('run', '-d', 'old')).stdout.trim();
    const { stdout } = await scenario.ok('ps');
    const row = (name: string): string => stdout.split('\n').find((line) => line.startsWith(`${name} `)) ?? '';
    expect(row(scenario.name('old'))).toMatch(/ Exit 137 *$/);
    expect(row(one)).toMatch(/ Up *$/);
    expect(row(scenario.name('web'))).toMatch(
      / sh -c 'echo a long command \.\.\. +Up +9\/tcp, 127\.0\.0\.1:\d+->8000\/tcp$/,
    );
    const ids = (await scenario.ok('ps', '-q')).stdout;
    expect(ids).toMatch(/^([0-9a-f]{64}\n){3}$/);
    const entries = JSON.parse((await scenario.ok('ps', '--format', 'json', 'old')).stdout) as {
      name: string;
      exitCode: number | null;
      number: number | null;
    }[];
    expect(entries.map(({ name, exitCode, number }) => [name, exitCode, number])).toEqual([
      [scenario.name('old'), 137, 1],
      [one, null, null],
    ]);
  });
});

describe('restart', () => {
  it('keeps ids, changes the start, and a container that cannot start fails alone', async () => {
    scenario.fig(`web: { ${IDLE} }\nbad: { image: busybox, net: none, command: nosuchthing }`);
    await scenario.ok('up', '-d', 'web');
    const labels = { ...(await scenario.inspect('web')).Config.Labels, 'com.docker.compose.service': 'bad' };
    const Cmd = ['nosuchthing'];
    await scenario.docker.createContainer({ name: scenario.name('bad'), Image: 'busybox', Cmd, Labels: labels });
    const before = await scenario.inspect('web');
    const { code, stderr } = await scenario.run(['restart']);
    expect(code).toBe(1);
    expect(stderr).toContain('nosuchthing');
    expect(stderr).not.toMatch(/^\s+at /m);
    const after = await scenario.inspect('web');
    expect(after.Id).toBe(before.Id);
    expect(after.State.StartedAt > before.State.StartedAt).toBe(true);
  });
});

describe('build', () => {
  it('names service and step of what failed, builds the rest, and says who uses an image', async () => {
    scenario.write('good/Dockerfile', 'FROM busybox\nRUN echo fine\n');
    scenario.write('bad/Dockerfile', 'FROM busybox\nRUN echo before && false\n');
    scenario.fig('good: { build: good }\nbad: { build: bad }\nplain: { image: busybox }');
    const { code, stderr } = await scenario.run(['build']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/bad[^]*RUN echo before && false/);
    expect(stderr).toContain('plain uses an image, skipping');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await scenario.docker.getImage(`${scenario.project}_good`).inspect()).toBeDefined();
  });
});
