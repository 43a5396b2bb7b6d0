import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, TSFIG } from '../support/cli.js';
import { untilNextWish } from '../support/eventually.js';
import { onTerminal } from '../support/pty.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const IDLE = 'image: busybox, command: sleep 300, stop_signal: SIGKILL';
const ALONE = 'svc: { image: busybox, net: none }';
const one = (...command: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  scenario.run(['run', '--rm', ...command]);
const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
const oneOffs = async () => (await scenario.containers()).filter((each) => each.Labels[ONE_OFF] === 'True');
const ONE_OFF = 'com.docker.compose.oneoff';

describe('the container of a run', () => {
  it('says that its output is attached, unless it was detached, as docker run has it', async () => {
    await scenario.fig(ALONE).ok('run', '--name', `${scenario.project}_attached`, 'svc', 'true');
    await scenario.ok('run', '-d', '--name', `${scenario.project}_detached`, 'svc', 'true');
    await scenario.ok('run', '--once', 'svc', 'true');
    const attached = async (name: string): Promise<unknown> => {
      const { Config } = await scenario.docker.getContainer(`${scenario.project}_${name}`).inspect();
      return [Config.AttachStdin, Config.AttachStdout, Config.AttachStderr];
    };
    expect(await attached('attached')).toEqual([true, true, true]);
    expect(await attached('detached')).toEqual([false, false, false]);
    expect(await attached('svc_once')).toEqual([false, true, true]);
  });
});

describe('the exit code of run', () => {
  it('is the command’s own', async () => {
    scenario.fig(ALONE);
    const codes = await Promise.all([one('svc', 'sh', '-c', 'exit 7'), one('svc', 'true')]);
    expect(codes.map(({ code }) => code)).toEqual([7, 0]);
    expect(await scenario.states()).toEqual([]);
  });

  it('is 127 for what is not there and 126 for what cannot be executed, and --rm leaves nothing', async () => {
    scenario.fig('svc: { image: busybox, net: none, volumes: [/data] }');
    const [missing, folder, plain] = await Promise.all([
      one('svc', 'nosuchthing'),
      one('svc', '/etc'),
      one('svc', '/etc/hosts'),
    ]);
    expect([missing.code, folder.code, plain.code]).toEqual([127, 126, 126]);
    expect(missing.stderr).toContain('nosuchthing');
    for (const { stdout, stderr } of [missing, folder, plain]) {
      expect(stdout).toBe('');
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect(await scenario.states()).toEqual([]);
  });

  it('is 125 for whatever tsfig could not do', async () => {
    scenario.fig('svc: { image: busybox, net: none, prots: [1] }');
    const bad = await one('svc', 'true');
    expect([bad.code, bad.stderr]).toEqual([125, expect.stringContaining('did you mean "ports"')]);
    scenario.fig(ALONE);
    const answers = await Promise.all([
      one('sv', 'true'),
      scenario.run(['run', '--nonsense', 'svc']),
      scenario.run(['run']),
      scenario.run(['run', '-d', '--rm', 'svc', 'true']),
      one('--entrypoint', "a 'b", 'svc'),
      one('-e', '=x', 'svc', 'true'),
      one('-w', 'nowhere', 'svc', 'true'),
      one('-u', 'nobody-here', 'svc', 'true'),
      one('--name', 'no spaces', 'svc', 'true'),
      scenario.run(['-f', 'absent.yml', 'run', 'svc']),
      scenario.run(['run', 'svc', 'true'], { env: { DOCKER_HOST: 'tcp://127.0.0.1:1' } }),
    ]);
    expect(answers.map(({ code }) => code)).toEqual(answers.map(() => 125));
    for (const { stdout, stderr } of answers) {
      expect(stdout).toBe('');
      expect(stderr).not.toMatch(/^\s+at |bug/m);
      expect(stderr).not.toBe('');
    }
    expect(answers[0].stderr).toContain('did you mean "svc"');
    expect(await scenario.states()).toEqual([]);
  });

  it('is that of bad usage only where run is the command', async () => {
    scenario.fig('run: { image: busybox, net: none }');
    expect((await scenario.run(['ps', 'run', '--nonsense'])).code).toBe(1);
    expect((await scenario.run(['-p', 'run', 'ps', '--nonsense'])).code).toBe(1);
    expect((await scenario.run(['-p', 'x', 'run', '--nonsense', 'run'])).code).toBe(125);
    expect((await scenario.run(['run', '--help'])).code).toBe(0);
  });
});

describe('the words after the service', () => {
  it('are the command’s, whatever they look like', async () => {
    scenario.fig(ALONE);
    const words = ['--help', '-d', '-e', '--rm', '--', '-T', '--version', '$HOME', "it's", 'a b', ''];
    const [printed, dashes] = await Promise.all([
      one('svc', 'printf', '[%s]', ...words),
      one('--', 'svc', 'printf', '[%s]', '--', '-d'),
    ]);
    expect(printed).toEqual({ code: 0, stdout: words.map((word) => `[${word}]`).join(''), stderr: printed.stderr });
    expect(dashes.stdout).toBe('[--][-d]');
  });

  it('stand instead of the service’s command, and without them that is run', async () => {
    scenario.fig('svc: { image: busybox, net: none, command: echo from the file, entrypoint: [env, A=1] }');
    const [own, other, entry] = await Promise.all([
      one('svc'),
      one('svc', 'echo', 'other'),
      one('--entrypoint', "/bin/echo 'a  b'", 'svc', 'hi'),
    ]);
    expect([own.stdout, other.stdout, entry.stdout]).toEqual(['from the file\n', 'other\n', 'a  b hi\n']);
  });
});

describe('run -e', () => {
  it.each(['{ foo: bar, kept: "1" }', '[foo=bar, kept=1]'])('goes over an environment of %s', async (environment) => {
    scenario.fig(`svc: { image: busybox, net: none, environment: ${environment} }`);
    const flags = ['-e', 'foo=notbar', '-e', 'allo=moto=bobo', '-e', 'empty=', '-e', 'SHELL_SAYS', '-e', 'ABSENT'];
    const { stdout } = await scenario.run(['run', '--rm', ...flags, 'svc', 'env'], { env: { SHELL_SAYS: 'grün x' } });
    const lines = linesOf(stdout);
    expect(lines).toEqual(
      expect.arrayContaining(['foo=notbar', 'kept=1', 'allo=moto=bobo', 'empty=', 'SHELL_SAYS=grün x']),
    );
    expect(stdout).not.toContain('ABSENT');
  });
});

describe('the streams of run', () => {
  it('are separate, exact and whole', async () => {
    scenario.fig(ALONE);
    const [both, many, tail] = await Promise.all([
      one('svc', 'sh', '-c', 'echo out; echo err >&2; printf "no newline"'),
      one('svc', 'seq', '10000'),
      one('svc', 'sh', '-c', 'head -c 3000000 /dev/zero; seq 10 >&2'),
    ]);
    expect(both.stdout).toBe('out\nno newline');
    expect(linesOf(both.stderr)).toContain('err');
    expect(linesOf(many.stdout)).toEqual(Array.from({ length: 10_000 }, (_, i) => String(i + 1)));
    expect(tail.stdout).toHaveLength(3_000_000);
    expect(tail.stderr).toContain('9\n10\n');
  });

  it.each([['-T'], []])('take standard input and pass on its end (%s)', async (...flags) => {
    scenario.fig(ALONE);
    const [cat, many, none] = await Promise.all([
      scenario.run(['run', '--rm', ...flags, 'svc', 'cat'], { input: 'x\n' }),
      scenario.run(['run', '--rm', ...flags, 'svc', 'sh', '-c', 'cat | wc -c'], { input: 'y'.repeat(5_000_000) }),
      scenario.run(['run', '--rm', ...flags, 'svc', 'sh', '-c', 'cat; sleep 0.2; echo after']),
    ]);
    expect([cat.stdout, many.stdout, none.stdout]).toEqual(['x\n', '5000000\n', 'after\n']);
    expect([cat.code, many.code, none.code]).toEqual([0, 0, 0]);
  });

  it('end although the input does not, and although nobody reads it', async () => {
    scenario.fig(ALONE);
    const [open, full] = [
      scenario.start(['run', '--rm', 'svc', 'echo', 'done']),
      scenario.start(['run', '--rm', 'svc', 'head', '-n', '1']),
    ];
    full.child.stdin?.on('error', () => undefined); // it is not read to its end
    full.child.stdin?.write(`first\n${'z'.repeat(20_000_000)}`);
    expect(await open.ended).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(await full.ended).toMatchObject({ code: 0, stdout: 'first\n' });
  });

  it.each([
    ['< /dev/null', 0],
    ['<&-', 0],
    ['< fig.yml', 0],
    ['< fig.yml > /dev/full', 125],
  ])('may be opened with %s', async (redirection, wanted) => {
    scenario.fig(ALONE);
    const child = spawn('sh', ['-c', `"$0" "$1" run --rm svc cat ${redirection}`, process.execPath, TSFIG], {
      cwd: scenario.directory,
      env: { ...process.env, TSFIG_PROJECT_NAME: scenario.project },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    const read = redirection === '< fig.yml' ? readFileSync(`${scenario.directory}/fig.yml`, 'utf8') : '';
    expect([code, output]).toEqual([wanted, read]);
    expect(await scenario.states()).toEqual([]);
  });

  it('end the command when nobody reads them any more, and its code is told', async () => {
    scenario.fig('svc: { image: busybox, net: none, stop_signal: SIGKILL }');
    const running = scenario.start(['run', '--rm', 'svc', 'yes']);
    await running.shows('y\n');
    running.child.stdout?.destroy();
    expect((await running.ended).code).toBe(137);
    expect(await scenario.states()).toEqual([]);
  });
});

describe('the container of run', () => {
  it('has a name and a label of its own, no published ports, and is none of the service’s', async () => {
    scenario.fig('svc: { image: busybox, ports: ["8000", "127.0.0.1::9000"], restart: always, command: "true" }');
    await scenario.ok('run', 'svc', 'true');
    const [made] = await oneOffs();
    expect(made?.Names[0]).toMatch(new RegExp(`^/${scenario.project}_svc_run_[0-9a-f]{12}$`));
    const first = await scenario.docker.getContainer(made?.Id ?? '').inspect();
    expect(first.HostConfig.PortBindings).toEqual({});
    expect(first.HostConfig.RestartPolicy?.Name).toMatch(/^(no)?$/);
    await scenario.ok('run', '--service-ports', '--name', `${scenario.project}-own`, 'svc', 'true');
    const named = await scenario.docker.getContainer(`${scenario.project}-own`).inspect();
    expect(Object.keys(named.HostConfig.PortBindings as object)).toEqual(['8000/tcp', '9000/tcp']);
    expect(await oneOffs()).toHaveLength(2);
    scenario.fig(`svc: { ${IDLE} }`);
    await scenario.ok('up', '-d');
    expect((await scenario.states()).filter((state) => state.startsWith('svc_1'))).toEqual(['svc_1: running']);
    expect(await scenario.containers()).toHaveLength(3);
  });

  it('with -d goes on, and only its name is printed', async () => {
    scenario.fig(`svc: { ${IDLE}, net: none }`);
    const { stdout } = await scenario.ok('run', '-d', 'svc');
    const [made] = await oneOffs();
    expect(stdout).toBe(`${made?.Names[0]?.slice(1)}\n`);
    expect(made?.State).toBe('running');
    const failed = await scenario.run(['run', '-d', 'svc', 'nosuchthing']);
    expect([failed.code, failed.stdout]).toEqual([127, '']);
  });

  it('goes with --rm, and its anonymous volumes with it', async () => {
    scenario.fig('svc: { image: busybox, net: none, volumes: [/data, "named:/named"] }');
    const { stdout } = await one('svc', 'sh', '-c', 'touch /named/kept; grep " /data " /proc/self/mountinfo');
    const volume = /\/volumes\/([0-9a-f]{64})\//.exec(stdout)?.[1];
    expect(volume).toBeDefined();
    const { Volumes } = await scenario.docker.listVolumes();
    const names = Volumes.map(({ Name }) => Name);
    expect(names).not.toContain(volume);
    expect(names).toContain(`${scenario.project}_named`);
    expect(await scenario.states()).toEqual([]);
  });
});

describe('what a run needs', () => {
  it('is started, what runs keeps its id, and --no-deps starts none', async () => {
    scenario.fig(
      `web: { ${IDLE}, links: [db] }\ndb: { ${IDLE}, links: [store] }\nstore: { ${IDLE} }\nother: { ${IDLE} }`,
    );
    expect((await one('--no-deps', 'web', 'true')).code).toBe(0);
    expect(await scenario.states()).toEqual([]);
    expect((await one('web', 'true')).code).toBe(0);
    const ids = async () => [(await scenario.inspect('db')).Id, (await scenario.inspect('store')).Id];
    const before = await ids();
    expect(await scenario.states()).toEqual(['db_1: running', 'store_1: running']);
    await scenario.docker.getContainer(scenario.name('store')).kill();
    scenario.fig(`web: { ${IDLE}, links: [db] }\ndb: { ${IDLE}, links: [store], labels: {a: b} }\nstore: { ${IDLE} }`);
    expect((await one('web', 'sh', '-c', 'test -n "$DB_NAME" && nslookup db_1 >/dev/null')).code).toBe(0);
    expect(await ids()).toEqual(before);
    expect(await scenario.states()).toEqual(['db_1: running', 'store_1: running']);
  });

  it('that fails is told, nothing is created, and the exit code is 125', async () => {
    scenario.fig(`web: { ${IDLE}, links: [db] }\ndb: { image: busybox, command: nosuchthing }`);
    const { code, stdout, stderr } = await one('web', 'true');
    expect([code, stdout]).toEqual([125, '']);
    expect(stderr).toContain('nosuchthing');
    expect(await oneOffs()).toEqual([]);
  });

  it('is reached by link, its own service’s containers too', async () => {
    scenario.fig(`db: { ${IDLE}, expose: ["5432"] }`);
    await scenario.ok('up', '-d');
    const networks = (await scenario.inspect('db')).NetworkSettings.Networks;
    const address = networks[`${scenario.project}_default`]?.IPAddress ?? '';
    const script = `for name in db db_1 ${scenario.name('db')}; do ping -c 1 -q $name | head -n 1; done; echo $DB_1_PORT_5432_TCP_ADDR`;
    const { stdout } = await one('db', 'sh', '-c', script);
    expect(linesOf(stdout)).toEqual([
      ...['db', 'db_1', scenario.name('db')].map(
        (name) => expect.stringContaining(`PING ${name} (${address})`) as string,
      ),
      address,
    ]);
  });
});

describe('signals to run', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s stops the container, whose code is the exit code',
    async (name) => {
      scenario.fig(ALONE);
      const running = scenario.start([
        'run',
        '--rm',
        'svc',
        'sh',
        '-c',
        'trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.1; done',
      ]);
      await running.shows('ready');
      running.child.kill(name);
      expect(await running.ended).toMatchObject({ code: 3, stdout: 'ready\nbye\n' });
      expect(await scenario.states()).toEqual([]);
    },
  );

  it('a second one kills', async () => {
    scenario.fig('svc: { image: busybox, net: none, stop_grace_period: 2m }');
    const running = scenario.start([
      'run',
      'svc',
      'sh',
      '-c',
      'trap "echo asked" TERM; echo ready; while :; do sleep 0.1; done',
    ]);
    await running.shows('ready');
    running.child.kill('SIGTERM');
    await running.shows('asked');
    await untilNextWish();
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(143);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s that ends the command gives its own code, %i', async (signal, code) => {
    scenario.fig('svc: { image: busybox, net: none, stop_signal: SIGKILL }');
    const running = scenario.start(['run', '--rm', 'svc', 'sh', '-c', 'echo ready; sleep 600']);
    await running.shows('ready');
    running.child.kill(signal);
    expect((await running.ended).code).toBe(code);
    expect(await scenario.states()).toEqual([]);
  });

  it('while it waits for what it needs ends it, and nothing is created', async () => {
    scenario.fig(`web: { ${IDLE}, links: [db] }
db: { ${IDLE}, healthcheck: { test: [CMD, "false"], interval: 1h, start_period: 1h } }`);
    const running = scenario.start(['--progress', 'json', 'run', '--rm', 'web', 'true']);
    await running.shows(/"step-started"[^\n]*"wait-ready"/);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(143);
    expect(await scenario.states()).toEqual(['db_1: running']);
  });
});

describe('run on a terminal', () => {
  it('gives the command a terminal of the same size', async () => {
    scenario.fig(ALONE);
    const { code, screen } = await onTerminal(scenario, [
      'run',
      '--rm',
      'svc',
      'sh',
      '-c',
      '"tty; until stty size 2>/dev/null | grep .; do :; done; exit 5"',
    ]).ended;
    expect(screen.replaceAll('\r', '')).toContain('/dev/pts/0\n24 80\n');
    expect(code).toBe(5);
  });

  it('-T gives it none', async () => {
    scenario.fig(ALONE);
    const { code, screen } = await onTerminal(scenario, ['run', '--rm', '-T', 'svc', 'tty']).ended;
    expect([code, screen]).toEqual([1, expect.stringContaining('not a tty')]);
  });

  it('Ctrl-C and what is typed go to the command, and the terminal is as before', async () => {
    scenario.fig(ALONE);
    const pty = onTerminal(scenario, [
      'run',
      '--rm',
      'svc',
      'sh',
      '-c',
      `'trap "echo caught" INT; echo ready; read a; read a; echo got:$a'`,
      ';',
      'stty',
      '-a',
    ]);
    await pty.shows('ready');
    pty.type('\u0003');
    await pty.shows('caught');
    pty.type('one\r');
    pty.type('two\r');
    const { screen } = await pty.ended;
    expect(screen).toContain('got:');
    expect(screen).toMatch(/ icanon/);
    expect(screen).toMatch(/ echo /);
  });
});
