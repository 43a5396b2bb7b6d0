import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, TSFIG } from '../support/cli.js';
import { eventually } from '../support/eventually.js';

/** The folders that `tsfig units` writes, under the supervisors themselves. */

let scenario: Scenario;
let supervisor: ChildProcess | null;
beforeEach(() => {
  scenario = new Scenario();
  supervisor = null;
});
afterEach(() => scenario.clean());

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const CHECKED = 'healthcheck: { test: "true", interval: 100ms }';
const IDLE = 'image: busybox, command: sleep 600, stop_signal: SIGKILL';
const FIG = `
db: { ${IDLE}, ${CHECKED} }
web: { ${IDLE}, links: [db] }
job: { image: busybox, command: echo worked, links: [db], tsfig.once: true }
`;
const folder = (): string => join(scenario.directory, 'units');
const unit = (name: string): string => join(folder(), `${scenario.project}-${name}`);
const write = (name: string, ...services: readonly string[]) =>
  scenario.ok('units', name, '--out', 'units', '--tsfig', `${process.execPath} ${TSFIG}`, ...services);
/** As at boot: nothing of this shell's. */
const BARE = { PATH: process.env['PATH'] ?? '' };
const run = (program: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(program, args, { env: BARE, encoding: 'utf8' });
  return { status, text: stdout + stderr };
};
const state = async (service: string, number = 1) => (await scenario.inspect(service, number)).State;
const runs = async (service: string, number = 1): Promise<boolean> => {
  try {
    return (await state(service, number)).Running;
  } catch {
    return false; // not made yet
  }
};
const readIf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

describe.skipIf(!has('runsvdir'))('under runit (skipped without runsvdir: apt-get install runit)', () => {
  const log = (name: string): string => readIf(join(unit(name), 'log/main/current'));
  const pidOf = (name: string): string => readIf(join(unit(name), 'supervise/pid')).trim();
  const boot = (): void => {
    supervisor = spawn('runsvdir', ['-P', folder()], { env: BARE, stdio: 'ignore' });
  };
  afterEach(async () => {
    if (!supervisor) return;
    const services = readdirSync(folder()).filter((name) => !name.startsWith('.'));
    const at = services.map((name) => join(folder(), name));
    run('sv', '-w', '30', 'down', ...at);
    supervisor.kill('SIGHUP'); // ends every runsv
    await once(supervisor, 'close');
    await eventually(() => run('sv', 'status', ...at).text.match(/^(run|finish)/m) === null, 'every runsv ends');
  });

  it('a service waits for what it needs, and is stopped by sv', async () => {
    scenario.fig(FIG);
    await write('runit', 'web');
    boot();
    await eventually(() => runs('web'), 'web runs');
    const [db, web] = [await state('db'), await state('web')];
    expect(db.Health?.Status).toBe('healthy');
    expect(Date.parse(web.StartedAt)).toBeGreaterThan(Date.parse(db.Health?.Log[0]?.End ?? ''));
    expect(run('sv', 'check', unit('db')).status).toBe(0);
    expect(run('sv', '-w', '20', 'down', unit('web')).status).toBe(0);
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: exited']);
    await eventually(() => run('sv', 'status', unit('web')).text.startsWith('down: '), 'its finish script is done');
    await eventually(() => log('web').includes(`Stopping ${scenario.name('web')} ... done`), 'svlogd has written it');
  });

  it('goes on with the container of a tsfig that was killed', async () => {
    scenario.fig(FIG);
    await write('runit', 'db');
    boot();
    await eventually(() => runs('db'), 'db runs');
    const { StartedAt } = await state('db');
    const killed = pidOf('db');
    process.kill(Number(killed), 'SIGKILL');
    await eventually(() => log('db').includes(`${scenario.name('db')} is up-to-date`), 'it is adopted');
    expect(pidOf('db')).not.toBe(killed);
    expect((await state('db')).StartedAt).toBe(StartedAt);
    run('sv', '-w', '20', 'down', unit('db'));
    expect(await scenario.states()).toEqual(['db_1: exited']);
  });

  it('runs a job again and again, when what it needs is ready', async () => {
    scenario.fig(FIG);
    await write('runit', 'job');
    boot();
    await eventually(() => log('job').split(' worked\n').length > 2, 'it works twice');
    expect(await scenario.states()).toContain('db_1: running');
  });

  it('looks after each container of a service by itself', async () => {
    scenario.fig(FIG);
    await write('runit', '--no-deps', 'db@1', 'db@2');
    boot();
    await eventually(async () => (await runs('db', 1)) && (await runs('db', 2)), 'both run');
    run('sv', '-w', '20', 'down', unit('db@2'));
    expect(await scenario.states()).toEqual(['db_1: running', 'db_2: exited']);
  });

  it('has variables from a folder env', async () => {
    scenario.fig('web:\n  image: busybox\n  command: env\n  environment: [WHAT]\n');
    await write('runit');
    scenario.write(`units/${scenario.project}-web/env/WHAT`, 'it\n');
    boot();
    await eventually(() => log('web').includes('WHAT=it\n'), 'the variable is there');
  });
});

describe.skipIf(!has('systemd-analyze'))(
  'for systemd (skipped without systemd-analyze: apt-get install systemd)',
  () => {
    /** What systemd finds wrong in the folder; its exit code is 0 for what it ignores. */
    const verify = (): string => {
      const services = readdirSync(folder()).filter((name) => /\.(service|target)$/.test(name));
      // That of Docker need not be installed here.
      writeFileSync(join(folder(), 'docker.service'), '[Service]\nExecStart=/bin/true\n');
      return run('systemd-analyze', 'verify', '--man=no', ...services.map((name) => join(folder(), name))).text;
    };

    it('writes units that systemd understands', async () => {
      scenario.fig(`${FIG}\nside: { ${IDLE}, net: "container:db" }\ndata: { ${IDLE}, restart: on-failure }\n`);
      await write('systemd', 'web@1', 'web@2', 'job', 'side', 'data');
      expect(readdirSync(folder()).filter((name) => name.endsWith('.service'))).toHaveLength(5);
      expect(verify()).toBe('');
    });

    it('would tell a unit that it does not', async () => {
      scenario.fig(FIG);
      await write('systemd', 'web@1');
      const path = `${unit('web@')}.service`;
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace('KillMode=mixed', 'KillMode=mixt'));
      expect(verify()).toContain('mixt');
      writeFileSync(path, text.replace('KillMode=', 'KilMode='));
      expect(verify()).toContain('KilMode');
      writeFileSync(path, text.replace('ExecStart=', 'ExecStart=/not/there'));
      expect(verify()).toContain('/not/there');
    });

    it.each(['50% $x', '50% "off" $x'])('calls tsfig in a place like %s', async (odd) => {
      scenario.write(`${odd}/fig.yml`, FIG);
      scenario.write(`${odd}/my tsfig`, '#!/bin/sh\n');
      chmodSync(join(scenario.directory, odd, 'my tsfig'), 0o755);
      const tsfig = `'${scenario.directory}/${odd}/my tsfig'`;
      await scenario.ok('-f', `${odd}/fig.yml`, 'units', 'systemd', '--out', 'units', '--tsfig', tsfig);
      expect(verify()).toBe('');
    });
  },
);

describe.skipIf(!has('s6-svscan'))('under s6 (skipped without s6-svscan: apt-get install s6)', () => {
  const service = (name: string): string => join(scenario.directory, 'scan', `${scenario.project}-${name}`);
  afterEach(async () => {
    if (!supervisor) return;
    run('s6-svscanctl', '-t', join(scenario.directory, 'scan')); // takes all of them down, and waits
    await once(supervisor, 'close');
  });
  /** s6-rc is not in every distribution that has s6; what it would put into the live directory are these longruns. */
  const boot = (...names: readonly string[]): void => {
    for (const name of names) {
      scenario.write(`scan/${scenario.project}-${name}/.made`, '');
      execFileSync('cp', ['-r', `${unit(name)}/.`, service(name)]);
    }
    supervisor = spawn('s6-svscan', [join(scenario.directory, 'scan')], { env: BARE, stdio: 'ignore' });
  };

  it('tells that a service is ready when its health check has passed, and stops it', async () => {
    scenario.fig(FIG);
    await write('s6', 'web');
    boot('db', 'web');
    await eventually(() => existsSync(join(service('web'), 'supervise/control')), 'web is supervised');
    expect(run('s6-svwait', '-U', '-t', '20000', service('db'), service('web'))).toEqual({ status: 0, text: '' });
    const [db, web] = [await state('db'), await state('web')];
    expect(Date.parse(web.StartedAt)).toBeGreaterThan(Date.parse(db.Health?.Log[0]?.End ?? ''));
    expect(run('s6-svc', '-d', '-wD', '-T', '20000', service('web')).status).toBe(0);
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: exited']);
  });

  it('does not start again what has done its work', async () => {
    scenario.fig('data: { image: busybox, command: "true", restart: on-failure }\n');
    await write('s6');
    boot('data');
    await eventually(
      () => run('s6-svstat', '-o', 'up,wantedup,exitcode', service('data')).text === 'false false 0\n',
      'down',
    );
    expect(await scenario.states()).toEqual(['data_1: exited']);
  });
});

describe.skipIf(!has('s6-rc-compile'))('for s6-rc (skipped without s6-rc-compile: apt-get install s6-rc)', () => {
  it('writes definitions that it compiles', async () => {
    scenario.fig(FIG);
    await write('s6', 'web@1', 'web@2', 'job');
    const compiled = join(scenario.directory, 'compiled');
    expect(run('s6-rc-compile', compiled, folder())).toEqual({ status: 0, text: '' });
    const needs = run('s6-rc-db', '-c', compiled, 'dependencies', `${scenario.project}-web@1`).text;
    expect(needs).toContain(`${scenario.project}-db\n`);
  });
});
