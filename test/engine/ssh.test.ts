import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { eventually } from '../support/eventually.js';
import { onTerminal } from '../support/pty.js';
import { noSshd, Sshd } from '../support/sshd.js';

const missing = noSshd();

describe.skipIf(missing !== undefined)(`an engine behind a real ssh server ${missing ?? ''}`, () => {
  let sshd: Sshd;
  let scenario: Scenario;
  beforeEach(() => {
    scenario = new Scenario();
  });
  afterEach(async () => {
    await scenario.clean();
    await sshd.close();
  });

  const openSshd = async (...options: Parameters<typeof Sshd.open>): Promise<Record<string, string>> => {
    sshd = await Sshd.open(...options);
    return sshd.env;
  };
  const allEnd = (): Promise<unknown> =>
    eventually(() => sshd.programs.length === 0 || undefined, 'the end of every ssh program');

  it('ssh: a command gets its input and gives its output through ssh, by the name that the configuration of ssh gives', async () => {
    const env = await openSshd();
    scenario.fig('job: { image: busybox, command: cat }\n');
    const { code, stdout } = await scenario.run(['run', 'job'], { env, input: 'there and back\n' });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'there and back\n' });
    await allEnd();
  });

  it('ssh: requests that follow each other use one connection', async () => {
    const env = await openSshd();
    scenario.fig('web: { image: busybox, command: sleep 600, stop_signal: SIGKILL }\n');
    await scenario.ok('up', '-d');
    expect(await scenario.run(['kill', 'web'], { env })).toMatchObject({ code: 0 });
    expect(sshd.calls).toBe(1);
  });

  it('ssh: the user, the port and the socket of an address are used', async () => {
    const env = await openSshd();
    scenario.fig('web: { image: busybox }\n');
    const elsewhere = await scenario.run(['ps'], { env: { ...env, DOCKER_HOST: 'ssh://engine/run/other.sock' } });
    expect(elsewhere.stderr).toContain('called with: --host unix:///run/other.sock system dial-stdio');
    const nobody = await scenario.run(['ps'], { env: { ...env, DOCKER_HOST: 'ssh://nobody@engine' } });
    expect(nobody.stderr).toContain('nobody@127.0.0.1: Permission denied (publickey)');
    const nothing = await scenario.run(['ps'], { env: { ...env, DOCKER_HOST: 'ssh://engine:1' } });
    expect(nothing.stderr).toContain('connect to host 127.0.0.1 port 1: Connection refused');
  });

  it.each([
    ['a wrong host key', 'changeKnownHosts', 'Host key verification failed', 'make sure that it is the right host'],
    ['a key that the server does not know', 'removeKey', 'Permission denied (publickey)', 'ssh engine docker version'],
    ['no docker over there', 'removeDocker', 'docker: command not found', 'install the docker command on engine'],
  ] as const)('ssh: %s is refused in the words of ssh, with a hint', async (_what, change, words, hint) => {
    const env = await openSshd();
    sshd[change]();
    scenario.fig('job: { image: busybox }\n');
    const { code, stderr } = await scenario.run(['run', '--once', 'job'], { env });
    expect(code).toBe(125);
    const [error, advice, ...more] = stderr.trimEnd().split('\n');
    expect(error).toMatch(/^error: cannot connect to the Docker engine at ssh:\/\/engine: /);
    expect(error).toContain(words);
    expect(advice).toContain(hint);
    expect(more).toEqual([]);
  });

  it('ssh: a server that hangs up on all but one unauthenticated connection is asked again until all are there', async () => {
    const env = await openSshd({ server: ['MaxStartups 1'] });
    const names = ['one', 'two', 'three'];
    const service = (name: string): string => `${name}: { image: busybox, command: echo hello from ${name} }\n`;
    scenario.fig(names.map(service).join(''));
    const { code, stdout, stderr } = await scenario.run(['up'], { env });
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    for (const name of names) expect(stdout).toContain(`hello from ${name}\n`);
  });

  it('ssh: Ctrl-C at a terminal ends what up has started, because it does not reach the ssh programs', async () => {
    const env = await openSshd();
    const trap = 'trap "echo ended by hand; exit" TERM; echo at work; while :; do sleep 0.1; done';
    scenario.fig(`web: { image: busybox, command: [sh, -c, '${trap}'] }\n`);
    const terminal = onTerminal(scenario, ['up'], { env });
    await terminal.shows('at work');
    terminal.type('\x03');
    const { code, screen } = await terminal.ended;
    expect(screen).toContain('ended by hand');
    expect(code).toBe(130);
    expect(await scenario.states()).toEqual(['web_1: exited']);
    await allEnd();
  });

  it('ssh: a signal ends up that follows containers which ran before, and leaves them running', async () => {
    const env = await openSshd();
    const command = '[sh, -c, "while :; do echo at work; sleep 0.1; done"]';
    scenario.fig(`web: { image: busybox, stop_signal: SIGKILL, command: ${command} }\n`);
    await scenario.ok('up', '-d');
    const up = scenario.start(['up'], { env });
    await up.shows('at work');
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(130);
    expect(await scenario.states()).toEqual(['web_1: running']);
    await allEnd();
  });

  it('ssh: its programs end when tsfig is killed, though a silent container runs on', async () => {
    const env = await openSshd();
    const command = '[sh, -c, "echo at work; exec sleep 600"]';
    scenario.fig(`job: { image: busybox, stop_signal: SIGKILL, command: ${command} }\n`);
    const running = scenario.start(['run', '--once', 'job'], { env });
    await running.shows('at work');
    expect(sshd.programs).not.toEqual([]);
    running.child.kill('SIGKILL');
    await running.ended;
    await allEnd();
    expect(await scenario.states()).toEqual(['job_once: running']);
  });
});
