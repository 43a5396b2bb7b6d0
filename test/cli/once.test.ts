import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, type Running } from '../support/cli.js';
import { EngineProxy } from '../support/engine-proxy.js';
import { untilNextWish } from '../support/eventually.js';
import { TELLING_MEMORY, toldMegabytes } from '../support/memory.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

/** A job that says when it is up, and ends with 5 when it is told to stop. */
const PATIENT = `job: { image: busybox, command: ["sh", "-c", "trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done"] }`;
/** The same, deaf to everything but a kill. */
const DEAF = `job: { image: busybox, stop_grace_period: 1s, command: ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.05; done"] }`;

const once = (...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  scenario.run(['run', '--once', ...args]);

async function started(...args: readonly string[]): Promise<Running> {
  const running = scenario.start(['run', '--once', ...args]);
  await running.shows('up\n');
  return running;
}

const inspectJob = () => scenario.docker.getContainer(`${scenario.project}_job_once`).inspect();

describe('run --once', () => {
  it('runs the job in a container of a fixed name, output to output, error to error, and nothing else', async () => {
    scenario.fig(`job: { image: busybox, command: "sh -c 'echo out; echo err >&2; exit 7'" }`);
    await scenario.ok('up', '-d', '--no-deps'); // makes the network
    await scenario.ok('down');
    expect(await once('job')).toMatchObject({ code: 7, stdout: 'out\n' });
    expect(await once('job')).toEqual({ code: 7, stdout: 'out\n', stderr: 'err\n' });
    expect(await scenario.states()).toEqual(['job_once: exited']);
    const { HostConfig, Config } = await inspectJob();
    expect([HostConfig.AutoRemove, HostConfig.RestartPolicy?.Name, Config.Tty]).toEqual([false, 'no', false]);
  });

  it('passes the words after the service on to the command, and -e', async () => {
    scenario.fig('job: { image: busybox }');
    const { stdout } = await once('-e', 'GREETING=hi', 'job', 'sh', '-c', 'echo $GREETING --once $0', '--wait');
    expect(stdout).toBe('hi --once --wait\n');
  });

  it('starts what the job needs, waits until it is ready, and recreates nothing', async () => {
    const fig = (version: number): string => `
job: { image: busybox, command: "true", links: [db] }
db:
  image: busybox
  command: sleep 600
  stop_signal: SIGKILL
  environment: { VERSION: ${version} }
  healthcheck: { test: "true", interval: 100ms }
`;
    scenario.fig(fig(1));
    expect((await once('job')).code).toBe(0);
    const { Id, State } = await scenario.inspect('db');
    expect(State.Health?.Status).toBe('healthy');
    scenario.fig(fig(2));
    expect(await once('job')).toMatchObject({ code: 0, stderr: '' });
    expect((await scenario.inspect('db')).Id).toBe(Id);
  });

  it('with --no-deps starts nothing else', async () => {
    scenario.fig('job: { image: busybox, command: "true", links: [db] }\ndb: { image: busybox, command: sleep 600 }');
    expect((await once('--no-deps', 'job')).code).toBe(0);
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('makes no more requests than it must when there is nothing else to do', async () => {
    const proxy = await EngineProxy.open();
    try {
      scenario.fig('job: { image: busybox, command: "true" }');
      await once('job');
      await scenario.run(['run', '--once', 'job'], { env: proxy.env });
      // By the id of the look, and by that of the creation.
      expect(proxy.changes.map((change) => change.replace(/[0-9a-f]{64}/, 'ID'))).toEqual([
        'DELETE /containers/ID',
        'POST /containers/create',
        'POST /containers/ID/attach',
        'POST /containers/ID/start',
        'POST /containers/ID/wait',
      ]);
      expect(proxy.requests.length).toBeLessThanOrEqual(10);
    } finally {
      await proxy.close();
    }
  });

  it('stops a container that ran on when its tsfig was killed, and runs', async () => {
    scenario.fig(PATIENT);
    const first = await started('job');
    const orphan = await inspectJob();
    first.child.kill('SIGKILL');
    await first.ended;
    const { code, stdout, stderr } = await once('job', 'echo', 'next');
    expect([code, stdout]).toEqual([0, 'next\n']);
    expect(stderr).toContain(`Stopping ${scenario.project}_job_once ... done`);
    await expect(scenario.docker.getContainer(orphan.Id).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it('stops its container although somebody has renamed it, and the next run finds it by its label', async () => {
    scenario.fig(PATIENT);
    const running = await started('job');
    const { Id } = await inspectJob();
    const container = scenario.docker.getContainer(Id);
    await container.rename({ name: `${scenario.project}_renamed` });
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(5);
    expect((await container.inspect()).State.ExitCode).toBe(5);
    expect(await once('job', 'echo', 'next')).toMatchObject({ code: 0, stdout: 'next\n' });
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('runs although its leftover cannot be removed, and the next run removes that', async () => {
    scenario.fig('job: { image: busybox, command: echo worked }');
    await once('job');
    const { Id } = await inspectJob();
    const proxy = await EngineProxy.open();
    proxy.onRequest = ({ method, path }) =>
      method === 'DELETE' && path.endsWith(Id) ? { kind: '500', when: 'before', kill: () => undefined } : 'pass';
    const aside = `job_once_leftover_${Id.slice(0, 12)}`;
    try {
      for (const run of [1, 2]) {
        const { code, stdout, stderr } = await scenario.run(['run', '--once', 'job'], { env: proxy.env });
        expect([run, code, stdout]).toEqual([run, 0, 'worked\n']);
        expect(stderr).toContain(`could not be removed, and is left as ${scenario.project}_${aside}`);
        expect(await scenario.states()).toEqual(['job_once: exited', `${aside}: exited`]);
      }
    } finally {
      await proxy.close();
    }
    expect(await once('job')).toMatchObject({ code: 0, stdout: 'worked\n' });
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('takes the anonymous volumes of its leftover away with it', async () => {
    scenario.fig('job: { image: busybox, command: "true", volumes: [/data] }');
    await once('job');
    const [before] = (await inspectJob()).Mounts;
    await once('job');
    const [after] = (await inspectJob()).Mounts;
    expect(after?.Name).not.toBe(before?.Name);
    await expect(scenario.docker.getVolume(before?.Name ?? '').inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it("leaves somebody else's container of that name alone", async () => {
    scenario.fig('job: { image: busybox, command: "true" }');
    const name = `${scenario.project}_job_once`;
    const theirs = await scenario.docker.createContainer({ name, Image: 'busybox' });
    try {
      const { code, stderr } = await once('job');
      expect([code, stderr]).toEqual([125, expect.stringContaining('is already in use')]);
      expect((await theirs.inspect()).State.Status).toBe('created');
    } finally {
      await theirs.remove();
    }
  });

  it('exits with 75 and names the holder while another one runs it; another name is another job', async () => {
    scenario.fig(PATIENT);
    const first = await started('job');
    const { code, stderr } = await once('job');
    expect(code).toBe(75);
    expect(stderr).toMatch(new RegExp(`_job_once is already running \\(pid ${first.child.pid}, since 20.*Z\\)`));
    expect((await once('--name', `${scenario.project}_other`, 'job', 'true')).code).toBe(0);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(5);
  });

  it('lock: a job is locked for its engine, by whichever address that is reached', async () => {
    scenario.fig(PATIENT);
    const proxy = await EngineProxy.open();
    try {
      const first = await started('job');
      const { code, stderr } = await scenario.run(['run', '--once', 'job'], { env: proxy.env });
      expect(code, stderr).toBe(75);
      expect(stderr).toContain(`is already running (pid ${first.child.pid}, since `);
      expect(proxy.changes).toEqual([]);
      first.child.kill('SIGTERM');
      await first.ended;
    } finally {
      await proxy.close();
    }
  });

  it('with --wait runs when the other one has ended', async () => {
    scenario.fig(PATIENT);
    const first = await started('job');
    const second = scenario.start(['run', '--once', '--wait', 'job', 'echo', 'mine']);
    await second.shows(`Waiting for another tsfig to finish (pid ${first.child.pid}`);
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(5);
    expect(await second.ended).toMatchObject({ code: 0, stdout: 'mine\n' });
  });

  it('with --replace stops the other one first, which exits with its own code', async () => {
    scenario.fig(PATIENT);
    const first = await started('job');
    const second = once('--replace', 'job', 'echo', 'mine');
    expect((await first.ended).code).toBe(5);
    expect(await second).toMatchObject({ code: 0, stdout: 'mine\n' });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('on %s stops the job and exits with its code', async (signal) => {
    scenario.fig(PATIENT);
    const running = await started('job');
    running.child.kill(signal);
    running.child.kill('SIGCONT'); // runit sends one after its TERM
    expect((await running.ended).code).toBe(5);
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('kills a job that does not stop within its grace period, and at once on the second signal', async () => {
    scenario.fig(DEAF);
    const patient = await started('job');
    patient.child.kill('SIGTERM');
    expect((await patient.ended).code).toBe(137);
    scenario.fig(DEAF.replace('1s', '1h'));
    const forced = await started('job');
    forced.child.kill('SIGTERM');
    await untilNextWish();
    forced.child.kill('SIGINT');
    expect((await forced.ended).code).toBe(137);
  });

  it('with --timeout stops the job and exits with 124', async () => {
    scenario.fig(PATIENT);
    const { code, stdout, stderr } = await once('--timeout', '300ms', 'job');
    expect([code, stdout]).toEqual([124, 'up\n']);
    expect(stderr).toContain('was stopped because it timed out');
    expect((await inspectJob()).State.ExitCode).toBe(5);
  });

  it('leaves the ended container for ps and logs, and with --rm nothing', async () => {
    scenario.fig('job: { image: busybox, command: "sh -c \'echo said; exit 3\'" }');
    await once('job');
    expect((await scenario.ok('ps')).stdout).toMatch(/_job_once .*Exit 3/);
    expect((await scenario.ok('logs', 'job')).stdout).toContain('said');
    expect((await once('--rm', 'job')).code).toBe(3);
    expect(await scenario.states()).toEqual([]);
  });

  it('waits with --rm, too, after runs that failed at once, and tells what they complained of', async () => {
    scenario.fig('job: { image: busybox, command: "sh -c \'echo oops >&2; echo bye; exit 3\'" }');
    let said = '';
    for (let failed = 0; failed < 5; failed += 1) said += (await once('--rm', 'job')).stderr;
    expect(said).toMatch(/last [2-4] runs ended with 3 within 1 s: oops; next try in/);
    expect((await once('--rm', '--no-backoff', 'job', 'true')).code).toBe(0);
    const label = [`com.docker.compose.project=${scenario.project}`];
    expect((await scenario.docker.listVolumes({ filters: { label } })).Volumes).toEqual([]);
  });

  it('exits with 127 for a command that is not there, 126 for one that cannot be run, 125 for what is not its doing', async () => {
    scenario.fig('job: { image: busybox }\ngone: { image: "127.0.0.1:1/gone" }');
    expect((await once('job', 'nosuch')).code).toBe(127);
    expect((await once('job', '/etc')).code).toBe(126);
    expect((await once('--no-backoff', 'gone')).code).toBe(125);
    expect((await once('nosuch')).code).toBe(125);
    expect((await scenario.run(['run', '--wait', 'job'])).code).toBe(125);
    expect((await scenario.run(['run', '--once', '-d', 'job'])).code).toBe(125);
  });

  it('takes less than 80 MB', async () => {
    scenario.fig('job: { image: busybox, command: "true" }');
    await once('job');
    const { stderr } = await scenario.run(['run', '--once', 'job'], { env: TELLING_MEMORY });
    const peak = toldMegabytes(stderr);
    expect(peak).toBeGreaterThan(10);
    expect(peak).toBeLessThan(80);
  });
});

describe('run --every and --forever', () => {
  it('run the job again and again, hold its lock, and end with the signal', async () => {
    scenario.fig('job: { image: busybox, command: echo once }');
    const loop = scenario.start(['run', '--every', '10ms', 'job']);
    await loop.shows('job: run 1 ended with 0');
    expect((await once('job')).code).toBe(75);
    await loop.shows('job: run 3 ended with 0');
    loop.child.kill('SIGTERM');
    const { code, stdout } = await loop.ended;
    expect([0, 143]).toContain(code); // in a run, or between two
    expect(stdout.split('\n').length).toBeGreaterThan(3);
  });

  it('reads the file anew each time', async () => {
    scenario.fig('job: { image: busybox, command: echo first }');
    const loop = scenario.start(['run', '--quiet', '--forever', 'job']);
    await loop.shows('first');
    scenario.fig('job: { image: busybox, comand: echo second }');
    await loop.shows('"comand"');
    scenario.fig('job: { image: busybox, command: echo third }');
    await loop.shows('third');
    loop.child.kill('SIGINT');
    expect((await loop.ended).stderr).not.toContain('run 1 ended');
  });

  it('wait longer and longer while the job fails at once, and a signal ends the wait', async () => {
    scenario.fig('job: { image: busybox, command: nosuch }');
    const loop = scenario.start(['run', '--forever', 'job']);
    await loop.shows(/last \d runs ended with 127 within 1 s: "nosuch" not found in image busybox; next try in/);
    loop.child.kill('SIGTERM');
    expect((await loop.ended).code).toBe(143);
  });
});
