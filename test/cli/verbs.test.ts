import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const SLEEPY = 'image: busybox, command: sleep 300, stop_signal: SIGKILL';
const CHAIN = `
db: { ${SLEEPY} }
web: { ${SLEEPY}, links: [db] }
other: { ${SLEEPY}, net: none }
`;
const COMMANDS = 'up run ps logs stop start restart kill rm down build pull plan config version'.split(' ');
const expectOrder = (text: string, first: string, second: string): void => {
  expect(text).toContain(first);
  expect(text.indexOf(first)).toBeLessThan(text.indexOf(second));
};

describe('help and usage', () => {
  it.each(COMMANDS)('%s --help ends with 0 and has an example, wherever one is', async (command) => {
    const { code, stdout, stderr } = await scenario.run([command, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`$ tsfig ${command}`);
    expect(stdout).toContain('Usage: tsfig');
  });

  it('is printed for tsfig itself, and the version', async () => {
    for (const args of [['--help'], ['-h'], ['help'], ['help', 'up'], ['--version'], ['-v']]) {
      const { code, stdout, stderr } = await scenario.run(args);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('tsfig');
    }
    const { stdout } = await scenario.ok('version');
    expect(stdout).toMatch(/^tsfig \d+\.\d+\.\d+\nNode \d+[^]*Docker Engine 2\d\./);
    const unreachable = await scenario.run(['version'], { env: { DOCKER_HOST: 'unix:///nowhere.sock' } });
    expect([unreachable.code, unreachable.stdout]).toEqual([0, expect.stringContaining('/nowhere.sock')]);
  });

  it.each([
    [['pss'], 'ps'],
    [['help', 'foobar'], "unknown command 'foobar'"],
    [['up', '--dettach'], '--detach'],
    [['--fiel', 'x', 'up'], '--file'],
    [['stop', '-t'], '-t'],
    [['stop', '-t', 'soon'], 'soon'],
    [['up', '--force-recreate', '--no-recreate'], '--no-recreate'],
    [['up', '--scale', 'web'], 'SERVICE=NUMBER'],
    [['--parallel', '0', 'up'], '--parallel'],
    [['--progress', 'loud', 'up'], 'loud'],
    [['ps', '--format', 'xml'], 'xml'],
    [[], 'Usage'],
  ])('%j ends with 1 and tells what would be right', async (args, part) => {
    const { code, stdout, stderr } = await scenario.fig(CHAIN).run(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(part);
    expect(stderr).toContain('--help');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('an unknown service ends every command with 1 and is told what it may have been', async () => {
    scenario.fig(CHAIN);
    const commands = COMMANDS.filter((command) => !['run', 'down', 'config', 'version'].includes(command));
    const ended = await Promise.all(commands.map((command) => scenario.run([command, 'wbe'])));
    for (const { code, stderr } of ended) expect([code, stderr]).toEqual([1, expect.stringMatching(/wbe[^]*web/)]);
    expect(await scenario.states()).toEqual([]);
  });
});

describe('ps', () => {
  it('lists containers in every state, by name, as a table, as ids and as JSON', async () => {
    scenario.fig(`
web: { image: busybox, command: sleep 300, stop_signal: SIGKILL, ports: ["127.0.0.1::80", "9000/udp"], expose: ["81"] }
job: { image: busybox, command: sh -c "exit 3" }
`);
    expect((await scenario.ok('ps')).stdout.trim()).toMatch(/^Name +Command +State +Ports *\n-+$/);
    expect((await scenario.ok('ps', '-q')).stdout).toBe('');
    await scenario.run(['up', '-d', '--scale', 'web=2', '--scale', 'job=10']); // whose end may be seen, or not
    await scenario.docker.getContainer(scenario.name('job', 10)).wait();
    await scenario.ok('kill', 'web');
    await scenario.ok('start', 'web');
    const { stdout } = await scenario.ok('ps');
    const rows = stdout.split('\n').slice(2, -1);
    expect(rows.map((row) => row.split(/ /, 1)[0])).toEqual([
      ...Array.from({ length: 10 }, (_, i) => scenario.name('job', i + 1)),
      ...[scenario.name('web', 1), scenario.name('web', 2)],
    ]);
    expect(rows[0]).toContain('Exit 3');
    expect(rows[10]).toMatch(/Up +127\.0\.0\.1:\d+->80\/tcp, 81\/tcp, 0\.0\.0\.0:\d+->9000\/udp/);
    const ids = (await scenario.ok('ps', '-q', 'web')).stdout;
    expect(ids).toBe(`${(await scenario.inspect('web', 1)).Id}\n${(await scenario.inspect('web', 2)).Id}\n`);
    const entries = JSON.parse((await scenario.ok('ps', '--format', 'json')).stdout) as unknown[];
    expect(entries).toHaveLength(12);
    expect(entries[0]).toMatchObject({ service: 'job', number: 1, state: 'exited', exitCode: 3 });
  });

  it('says how a killed one ended', async () => {
    await scenario.fig(CHAIN).ok('up', '-d');
    await scenario.ok('kill');
    expect((await scenario.ok('ps')).stdout.match(/Exit 137/g)).toHaveLength(3);
  });
});

describe('stop, start, restart and kill', () => {
  beforeEach(async () => {
    await scenario.fig(CHAIN).ok('up', '-d');
  });

  it('touch only the services named, in the order of their needs', async () => {
    const stopped = await scenario.ok('stop');
    expectOrder(stopped.stderr, `Stopping ${scenario.name('web')}`, `Stopping ${scenario.name('db')}`);
    expect((await scenario.ok('stop')).stderr).toBe('');
    await scenario.ok('start', 'other');
    expect(await scenario.states()).toEqual(['db_1: exited', 'other_1: running', 'web_1: exited']);
    const started = await scenario.ok('start');
    expectOrder(started.stderr, `Starting ${scenario.name('db')}`, `Starting ${scenario.name('web')}`);
    const killed = await scenario.ok('kill');
    expectOrder(killed.stderr, `Killing ${scenario.name('web')}`, `Killing ${scenario.name('db')}`);
    expect((await scenario.ok('kill')).stderr).toBe('');
  });

  it('restart keeps ids and starts stopped ones, too', async () => {
    await scenario.ok('stop', 'web');
    const before = [await scenario.inspect('db'), await scenario.inspect('web')];
    const { stderr } = await scenario.ok('restart', 'db', 'web');
    expectOrder(stderr, `Restarting ${scenario.name('db')}`, `Restarting ${scenario.name('web')}`);
    const after = [await scenario.inspect('db'), await scenario.inspect('web')];
    expect(after.map(({ Id }) => Id)).toEqual(before.map(({ Id }) => Id));
    expect(after.every(({ State }, i) => State.StartedAt > (before[i]?.State.StartedAt ?? ''))).toBe(true);
    expect(await scenario.states()).toEqual(['db_1: running', 'other_1: running', 'web_1: running']);
  });

  it('start creates nothing', async () => {
    await scenario.ok('rm', '-fs', 'web');
    await scenario.ok('start');
    expect(await scenario.states()).toEqual(['db_1: running', 'other_1: running']);
  });

  it('kill -s sends any signal, and says when there is none of that name', async () => {
    await scenario.ok('kill', '-s', 'STOP', 'db');
    expect((await scenario.inspect('db')).State.Running).toBe(true);
    await scenario.ok('kill', '-s', 'SIGKILL', 'db');
    expect((await scenario.inspect('db')).State.ExitCode).toBe(137);
    const { code, stderr } = await scenario.run(['kill', '-s', 'NONSENSE', 'web']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('NONSENSE')]);
  });

  it('stop -t gives so long and no longer', async () => {
    scenario.fig('slow: { image: busybox, command: sleep 300, stop_grace_period: 2m }');
    await scenario.ok('up', '-d');
    await scenario.ok('stop', '-t', '1', 'slow'); // the two minutes would be longer than a test may take
    expect((await scenario.inspect('slow')).State.ExitCode).toBe(137);
  });
});

describe('verbs on a project that has no containers', () => {
  it.each(['stop', 'restart', 'kill'])('%s says that there are none and exits with 0', async (verb) => {
    expect(await scenario.fig(CHAIN).ok(verb)).toMatchObject({ stdout: '', stderr: `No containers to ${verb}\n` });
  });

  it('start says that there are none and exits with 1', async () => {
    const ended = await scenario.fig(CHAIN).run(['start']);
    expect(ended).toEqual({ code: 1, stdout: '', stderr: 'No containers to start\n' });
  });

  it('logs says that there are none', async () => {
    expect(await scenario.fig(CHAIN).ok('logs')).toMatchObject({ stderr: 'No containers to show the logs of\n' });
  });
});

describe('rm', () => {
  it.each([
    ['y\n', false],
    ['YES\n', false],
    ['n\n', true],
    ['\n', true],
    ['', true],
    ['maybe\n', true],
  ])('asks, and with the answer %j keeps the container: %s', async (input, isKept) => {
    await scenario.fig('job: { image: busybox, net: none, command: "true" }').ok('up');
    const { code, stderr } = await scenario.run(['rm'], { input });
    expect(code).toBe(0);
    expect(stderr).toContain(`Going to remove ${scenario.name('job')}\nAre you sure? [yN] `);
    expect(await scenario.states()).toEqual(isKept ? ['job_1: exited'] : []);
  });

  it('removes stopped containers and ended one-offs, and running containers with -s', async () => {
    scenario.fig(CHAIN);
    expect(await scenario.ok('rm')).toMatchObject({ stderr: 'No stopped containers\n' });
    await scenario.ok('up', '-d');
    await scenario.ok('run', '--no-deps', 'web', 'true');
    await scenario.ok('run', '-d', '--no-deps', 'web');
    await scenario.ok('stop', 'other');
    await scenario.ok('rm', '-f');
    const one = expect.stringMatching(/^web_run_[0-9a-f]{12}: running$/) as string;
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: running', one]);
    const { stderr } = await scenario.ok('rm', '-fs');
    expectOrder(stderr, `Stopping ${scenario.name('web')}`, `Stopping ${scenario.name('db')}`);
    expect(await scenario.states()).toEqual([one]);
  });

  it('keeps the container of a job, which tells the next run how the last one ended', async () => {
    await scenario.fig('job: { image: busybox, net: none, command: "true" }').ok('run', '--once', 'job');
    expect(await scenario.ok('rm', '-f')).toMatchObject({ stderr: 'No stopped containers\n' });
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('-v removes anonymous volumes, those of a predecessor, too; without it they stay', async () => {
    scenario.fig('db: { image: busybox, net: none, command: sleep 300, stop_signal: SIGKILL, volumes: [/data] }');
    await scenario.ok('up', '-d');
    await scenario.ok('up', '-d', '--force-recreate');
    const volume = scenario.docker.getVolume((await scenario.inspect('db')).Mounts[0]?.Name ?? '');
    await scenario.ok('rm', '-fsv');
    await expect(volume.inspect()).rejects.toThrow('no such volume');
    await scenario.ok('up', '-d');
    const kept = scenario.docker.getVolume((await scenario.inspect('db')).Mounts[0]?.Name ?? '');
    await scenario.ok('rm', '-fs');
    await kept.inspect();
    await kept.remove();
  });
});

describe('orphans', () => {
  it('are named by up, unless COMPOSE_IGNORE_ORPHANS is true, which --remove-orphans contradicts', async () => {
    await scenario.fig(`${CHAIN}old: { ${SLEEPY} }\n`).ok('up', '-d', 'old');
    scenario.fig(CHAIN);
    expect((await scenario.ok('up', '-d', 'other')).stderr).toContain(scenario.name('old'));
    const env = { COMPOSE_IGNORE_ORPHANS: 'True' };
    expect((await scenario.run(['up', '-d', 'other'], { env })).stderr).not.toContain(scenario.name('old'));
    const both = await scenario.run(['up', '-d', '--remove-orphans'], { env });
    expect([both.code, both.stderr]).toEqual([1, expect.stringContaining('cannot be combined')]);
    expect(await scenario.states()).toEqual(['old_1: running', 'other_1: running']);
  });
});

describe('down', () => {
  it('takes containers, one-offs and the network away, and leaves orphans unless told', async () => {
    await scenario.fig(`${CHAIN}old: { ${SLEEPY} }\n`).ok('up', '-d');
    await scenario.ok('run', '-d', '--no-deps', 'web');
    await scenario.ok('run', '--no-deps', 'web', 'true');
    scenario.fig(CHAIN);
    const { stderr } = await scenario.ok('down', '-t', '0');
    expectOrder(stderr, `Stopping ${scenario.name('web')}`, `Stopping ${scenario.name('db')}`);
    expect(await scenario.states()).toEqual(['old_1: running']);
    const last = await scenario.ok('down', '--remove-orphans');
    expect(last.stderr).toContain(`Removing network ${scenario.project}_default`);
    expect(await scenario.states()).toEqual([]);
    expect((await scenario.ok('down')).stderr).toBe('');
  });

  it('removes volumes with -v and images with --rmi only', async () => {
    scenario.write('app/Dockerfile', 'FROM busybox\nCMD ["sleep", "300"]\n');
    scenario.fig('app: { build: app, net: none, stop_signal: SIGKILL, volumes: ["data:/data", /anonymous] }');
    await scenario.ok('up', '-d');
    const mounts = (await scenario.inspect('app')).Mounts.map(({ Name }) => scenario.docker.getVolume(Name ?? ''));
    const image = scenario.docker.getImage(`${scenario.project}_app`);
    await scenario.ok('down');
    for (const volume of mounts) await volume.inspect();
    await image.inspect();
    await scenario.ok('up', '-d');
    const again = (await scenario.inspect('app')).Mounts.map(({ Name }) => scenario.docker.getVolume(Name ?? ''));
    await scenario.ok('down', '-v', '--rmi', 'local');
    for (const volume of again) await expect(volume.inspect()).rejects.toThrow('no such volume');
    await expect(image.inspect()).rejects.toThrow(/no such image/i);
    for (const volume of mounts) await volume.remove().catch(() => undefined); // the named one is gone
  });
});

describe('build and pull', () => {
  it('builds what has a build and names what has not', async () => {
    scenario.write('app/Dockerfile', 'FROM busybox\nARG WORD=none\nRUN echo said $WORD\n');
    scenario.fig('app: { build: { context: app, args: { WORD: hello } } }\nweb: { image: busybox }\n');
    const { stdout, stderr } = await scenario.ok('build');
    expect(stdout).toBe('');
    expect(stderr).toContain('Building app');
    expect(stderr).toContain('said hello');
    expect(stderr).toContain('web uses an image, skipping');
    expect((await scenario.ok('build', 'app')).stderr).toMatch(/cache/i);
    expect((await scenario.ok('build', '--no-cache', 'app')).stderr).toContain('said hello');
  });

  it('shows the step that failed', async () => {
    scenario.write('app/Dockerfile', 'FROM busybox\nRUN echo before && exit 5\n');
    scenario.fig('app: { build: app }');
    for (const args of [['build'], ['up', '-d']]) {
      const { code, stderr } = await scenario.run(args);
      expect(code).toBe(1);
      expect(stderr).toMatch(/app[^]*exit 5/);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect((await scenario.run(['run', 'app'])).code).toBe(125);
    const missing = await scenario.fig('app: { build: nowhere }').run(['build']);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('nowhere')]);
  });

  it('--no-build fails where an image is missing', async () => {
    scenario.write('app/Dockerfile', 'FROM busybox\n');
    const { code, stderr } = await scenario.fig('app: { build: app }').run(['up', '-d', '--no-build']);
    expect(code).toBe(1);
    expect(stderr).toContain(`${scenario.project}_app`);
    expect(await scenario.states()).toEqual([]);
  });

  it('of an image that cannot be had fails and names it', async () => {
    scenario.fig('app: { image: "localhost:1/no/such:image" }');
    for (const args of [['pull'], ['up', '-d'], ['run', 'app']]) {
      const { code, stderr } = await scenario.run(args);
      expect(code).toBe(args[0] === 'run' ? 125 : 1);
      expect(stderr).toContain('localhost:1/no/such:image');
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect(await scenario.states()).toEqual([]);
  });
});

describe('plan and config', () => {
  it('plan changes nothing and tells by its exit code whether there is something to do', async () => {
    scenario.fig(CHAIN);
    expect((await scenario.run(['plan', '--exit-code'])).code).toBe(2);
    expect((await scenario.run(['plan'])).code).toBe(0);
    expect(await scenario.states()).toEqual([]);
    await scenario.ok('up', '-d');
    expect((await scenario.run(['plan', '--exit-code'])).code).toBe(0);
    const { stdout } = await scenario.ok('plan', '--format', 'json', '--force-recreate');
    expect(JSON.parse(stdout)).toMatchObject({ project: scenario.project });
  });

  it('config checks, without an engine', async () => {
    const env = { DOCKER_HOST: 'unix:///nowhere.sock' };
    for (const args of [[], ['-q'], ['--services'], ['--format', 'json']]) {
      expect((await scenario.fig(CHAIN).run(['config', ...args], { env })).code).toBe(0);
    }
    expect((await scenario.run(['config', '--services'])).stdout).toBe('db\nweb\nother\n');
  });
});
