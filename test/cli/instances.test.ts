import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const IDLE = 'image: busybox, command: sleep 600, stop_signal: SIGKILL';

describe('a container of a service, by its number', () => {
  it('is brought up alone, and the others are left as they are', async () => {
    scenario.fig(`web: { ${IDLE} }\n`);
    await scenario.ok('up', '-d', 'web@2');
    expect(await scenario.states()).toEqual(['web_2: running']);
    await scenario.ok('up', '-d', 'web@1', 'web@4');
    await scenario.ok('stop', 'web');
    const first = await scenario.inspect('web', 1);
    scenario.fig(`web: { ${IDLE}, environment: { A: b } }\n`);
    const { stderr } = await scenario.ok('up', '-d', 'web@2');
    expect(stderr).not.toContain(scenario.name('web', 1));
    expect(await scenario.states()).toEqual(['web_1: exited', 'web_2: running', 'web_4: exited']);
    expect((await scenario.inspect('web', 1)).Id).toBe(first.Id);
    expect(await scenario.environment('web', 2)).toHaveProperty('A', 'b');
  });

  it('comes with what its service needs', async () => {
    scenario.fig(`web: { ${IDLE}, links: [db] }\ndb: { ${IDLE} }\n`);
    await scenario.ok('up', '-d', 'web@3');
    expect(await scenario.states()).toEqual(['db_1: running', 'web_3: running']);
  });

  it('is planned alone', async () => {
    scenario.fig(`web: { ${IDLE} }\n`);
    await scenario.ok('up', '-d');
    const { stdout } = await scenario.ok('plan', 'web@2');
    expect(stdout).toContain(`create ${scenario.name('web', 2)}`);
    expect(stdout).not.toContain(scenario.name('web', 1));
    expect((await scenario.ok('plan', 'web@1')).stdout).toBe('nothing to do\n');
  });

  it('has a port of its own on the host, where the file has %i in it', async () => {
    scenario.fig(`web: { ${IDLE}, ports: ["127.0.0.1:4580%i:80"] }\n`);
    await scenario.ok('up', '-d', '--scale', 'web=2');
    const published = async (number: number): Promise<unknown> =>
      (await scenario.inspect('web', number)).HostConfig.PortBindings;
    expect(await published(1)).toEqual({ '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '45801' }] });
    expect(await published(2)).toEqual({ '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '45802' }] });
    expect((await scenario.ok('config')).stdout).toContain('127.0.0.1:4580%i:80');
    const beyond = await scenario.run(['up', '-d', '--scale', 'web=10']);
    expect(beyond.code).toBe(1);
    expect(beyond.stderr).toContain('container 10 of web cannot have port 458010 of the host');
    expect((await scenario.ok('up', '-d')).stderr).toContain(`${scenario.name('web', 2)} is up-to-date`);
  });

  it.each([
    ['--scale web=2', ['--scale', 'web=2']],
    ['web@1 web@2', ['web@1', 'web@2']],
  ])('with one port of the host is refused by %s before anything is made', async (_words, words) => {
    scenario.fig(`web: { ${IDLE}, ports: ["127.0.0.1:45811:80"], links: [db] }\ndb: { ${IDLE} }\n`);
    for (const verb of [['up', '-d'], ['plan']]) {
      const { code, stderr } = await scenario.run([...verb, ...words]);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('web publishes port 45811 of the host, so there can be only one of it'),
      ]);
    }
    expect(await scenario.states()).toEqual([]);
    await scenario.ok('up', '-d', '--scale', 'web=1');
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: running']);
  });

  it('is not named together with a number of containers', async () => {
    scenario.fig(`web: { ${IDLE} }\n`);
    const { code, stderr } = await scenario.run(['plan', '--scale', 'web=2', 'web@1']);
    expect(code).toBe(1);
    expect(stderr).toContain('--scale says how many web has, and web@ which');
  });

  it('can be the one whose exit code counts', async () => {
    scenario.fig('job: { image: busybox, command: sh -c "exit 7" }\n');
    expect((await scenario.run(['up', '--exit-code-from', 'job@2', 'job@2'])).code).toBe(7);
    expect((await scenario.run(['up', '--exit-code-from', 'job', 'job@3'])).code).toBe(7);
    expect(await scenario.states()).toEqual(['job_2: exited', 'job_3: exited']);
  });

  it('is stopped, started, restarted, killed, removed, listed and read by SERVICE@NUMBER, and no other is touched', async () => {
    scenario.fig(`web: { ${IDLE} }\n`);
    await scenario.ok('up', '-d', '--scale', 'web=2');
    const first = await scenario.inspect('web', 1);
    await scenario.ok('stop', 'web@2');
    expect(await scenario.states()).toEqual(['web_1: running', 'web_2: exited']);
    await scenario.ok('start', 'web@2');
    expect(await scenario.states()).toEqual(['web_1: running', 'web_2: running']);
    expect((await scenario.ok('restart', 'web@2')).stderr).not.toContain(scenario.name('web', 1));
    await scenario.ok('kill', 'web@2');
    expect(await scenario.states()).toEqual(['web_1: running', 'web_2: exited']);
    expect((await scenario.ok('ps', '-q', 'web@1')).stdout).toBe(`${first.Id}\n`);
    expect((await scenario.ok('logs', 'web@1')).stdout).toBe(`Attaching to ${scenario.name('web', 1)}\n`);
    await scenario.ok('rm', '-f', 'web@2');
    expect(await scenario.states()).toEqual(['web_1: running']);
    expect((await scenario.inspect('web', 1)).State.StartedAt).toBe(first.State.StartedAt);
  });

  it('does not stand for the one-offs of its service, which ps and rm leave out', async () => {
    scenario.fig(`web: { ${IDLE} }\n`);
    await scenario.ok('up', '-d');
    await scenario.ok('run', '-d', 'web', 'sleep', '600');
    expect((await scenario.ok('ps', '-q', 'web@1')).stdout).toBe(`${(await scenario.inspect('web')).Id}\n`);
    expect((await scenario.ok('ps', '-q', 'web')).stdout.split('\n')).toHaveLength(3);
  });

  it.each(['start', 'stop', 'restart', 'kill'])('%s says which of those named has no container', async (verb) => {
    scenario.fig(`web: { ${IDLE} }\ndb: { ${IDLE} }\n`);
    await scenario.ok('up', '-d', 'web');
    const { code, stderr } = await scenario.run([verb, 'web', 'db']);
    expect([code, stderr]).toEqual([
      verb === 'start' ? 1 : 0,
      expect.stringContaining(`No containers to ${verb} for db\n`),
    ]);
    const numbered = await scenario.run([verb, 'web@7']);
    expect(numbered.stderr).toBe(`No containers to ${verb} for web@7\n`);
  });
});
