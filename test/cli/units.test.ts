import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

/** Nobody listens there: units are made without an engine. */
const NO_ENGINE = { DOCKER_HOST: 'tcp://127.0.0.1:9' };
const FIG = `
web: { image: busybox, links: [db], environment: [SECRET] }
db: { image: busybox }
job: { image: busybox, command: "true" }
`;
const units = (...args: readonly string[]) => scenario.run(['units', ...args], { env: NO_ENGINE });
const at = (...path: readonly string[]): string => join(scenario.directory, 'units', ...path);
const unit = (name: string): string => `${scenario.project}-${name}`;

describe('tsfig units', () => {
  it('writes a folder beside the file, and nothing more when it is right', async () => {
    scenario.fig(FIG);
    const first = await units('runit');
    expect(first).toEqual({ code: 0, stdout: '', stderr: `${at('runit')}: 13 of 13 files written\n` });
    expect(statSync(at('runit', unit('web'), 'run')).mode & 0o777).toBe(0o755);
    const { mtimeMs } = statSync(at('runit', unit('web'), 'run'));
    expect((await units('runit')).stderr).toBe(`${at('runit')} is up-to-date\n`);
    expect(statSync(at('runit', unit('web'), 'run')).mtimeMs).toBe(mtimeMs);
    expect(await units('runit', '--check')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('shows with --check what differs, and changes nothing', async () => {
    scenario.fig(FIG);
    await units('systemd', 'db');
    scenario.fig(FIG.replace('db: { image: busybox', 'db: { image: busybox, stop_grace_period: 1m'));
    const { code, stdout } = await units('systemd', '--check', 'db');
    expect(code).toBe(2);
    expect(stdout).toContain(`+++ ${unit('db.service')}\n`);
    expect(stdout).toContain('\n-TimeoutStopSec=20\n+TimeoutStopSec=70\n');
    expect(readFileSync(at('systemd', unit('db.service')), 'utf8')).toContain('TimeoutStopSec=20');
    const missing = await units('s6', '--check', 'db');
    expect(missing.code).toBe(2);
    expect(missing.stdout).toContain(`--- /dev/null\n+++ ${unit('db')}/run\n`);
    expect(existsSync(at('s6'))).toBe(false);
  });

  it('removes what it wrote for services that are gone, and keeps what others have put there', async () => {
    scenario.fig(FIG);
    await units('runit');
    mkdirSync(at('runit', unit('web'), 'env'));
    writeFileSync(at('runit', unit('web'), 'env', 'SECRET'), 'x\n');
    scenario.fig('db: { image: busybox }\n');
    expect((await units('runit', '--check')).stdout).toContain(`--- ${unit('web')}/run\n+++ /dev/null\n`);
    expect((await units('runit')).stderr).toContain('8 removed');
    expect(existsSync(at('runit', unit('job')))).toBe(false);
    expect(existsSync(at('runit', unit('web'), 'run'))).toBe(false);
    expect(readFileSync(at('runit', unit('web'), 'env', 'SECRET'), 'utf8')).toBe('x\n');
  });

  it('leaves the units of services that are not named as they are, as long as the file has them', async () => {
    scenario.fig(FIG);
    await units('systemd');
    const wants = `Wants=${unit('db.service')} ${unit('web.service')} ${unit('job.service')}\n`;
    const longer = FIG.replaceAll('{ image: busybox', '{ image: busybox, stop_grace_period: 1m');
    scenario.fig(longer);
    const { stdout } = await units('systemd', '--check', 'db');
    expect(stdout.match(/^\+\+\+ .*/gm)).toEqual([`+++ ${unit('db.service')}`]);
    expect((await units('systemd', 'db')).stderr).toBe(`${at('systemd')}: 1 of 5 files written\n`);
    expect(readFileSync(at('systemd', `${scenario.project}.target`), 'utf8')).toContain(wants);
    expect((await units('systemd', '--check', 'db')).code).toBe(0);
    expect((await units('systemd', '--check')).code).toBe(2);
    scenario.fig(longer.replace(/^job.*/m, ''));
    expect((await units('systemd', 'db')).stderr).toContain('1 removed');
    expect(existsSync(at('systemd', unit('job.service')))).toBe(false);
    expect(existsSync(at('systemd', unit('web.service')))).toBe(true);
    rmSync(at('systemd', unit('web.service')));
    await units('systemd', 'db');
    expect(readFileSync(at('systemd', `${scenario.project}.target`), 'utf8')).toContain(
      `Wants=${unit('db.service')}\n`,
    );
  });

  it('has units wait for those that took the place of others', async () => {
    scenario.fig(FIG);
    await units('runit', 'web');
    await units('runit', 'db@1', 'db@2');
    expect(existsSync(at('runit', unit('db')))).toBe(false);
    expect(readFileSync(at('runit', unit('web'), 'run'), 'utf8')).toContain(
      `sv up ../${unit('db@1')} ../${unit('db@2')}`,
    );
    await units('runit', 'web');
    expect(existsSync(at('runit', unit('db@2'), 'run'))).toBe(true);
  });

  it('does not write over a file that it did not write', async () => {
    scenario.fig(FIG);
    scenario.write(`own/${scenario.project}.target`, '[Unit]\n');
    const { code, stderr } = await units('systemd', '--out', 'own');
    expect(code).toBe(1);
    expect(stderr).toContain(`${scenario.project}.target was not written by tsfig`);
    expect(existsSync(join(scenario.directory, 'own', unit('db.service')))).toBe(false);
  });

  it('does not write over what another project has in the same folder', async () => {
    const shared = (project: string) =>
      scenario.run(['-p', project, 'units', 'runit', '--out', 'both'], { env: NO_ENGINE });
    scenario.fig('web-db: { image: busybox }\n');
    expect((await shared('shop')).code).toBe(0);
    const run = readFileSync(join(scenario.directory, 'both/shop-web-db/run'), 'utf8');
    scenario.fig('db: { image: busybox }\n');
    const { code, stderr } = await shared('shop-web');
    expect(code).toBe(1);
    expect(stderr).toContain('both/shop-web-db/run was not written by tsfig for the project shop-web');
    expect(readFileSync(join(scenario.directory, 'both/shop-web-db/run'), 'utf8')).toBe(run);
    expect(existsSync(join(scenario.directory, 'both/.tsfig-units-shop-web'))).toBe(false);
  });

  it('writes no value of the shell, and says what the file takes from there', async () => {
    scenario.fig(FIG);
    const ended = await scenario.run(['units', 'systemd'], { env: { ...NO_ENGINE, SECRET: 'hush' } });
    expect(ended.stderr).toContain('the file takes SECRET from your shell, which a supervisor does not have');
    expect(ended.stderr).toContain(`write it into ${join(scenario.directory, '.env')}`);
    expect(readFileSync(at('systemd', unit('web.service')), 'utf8')).not.toContain('hush');
    scenario.write('.env', 'SECRET=hush\n');
    const quiet = await scenario.run(['units', 'systemd'], { env: { ...NO_ENGINE, SECRET: 'hush' } });
    expect(quiet.stderr).toBe(`${at('systemd')} is up-to-date\n`);
  });

  it('requires the Docker of this machine only where tsfig would find it', async () => {
    scenario.fig(FIG);
    const host = 'unix:///run/user/7/docker.sock';
    const id = createHash('sha256').update('other').digest('hex');
    scenario.write(`docker/contexts/meta/${id}/meta.json`, JSON.stringify({ Endpoints: { docker: { Host: host } } }));
    const requires = async (env: Readonly<Record<string, string>>): Promise<boolean> => {
      const own = { DOCKER_HOST: '', DOCKER_CONTEXT: '', DOCKER_CONFIG: join(scenario.directory, 'docker') };
      expect((await scenario.run(['units', 'systemd', 'db'], { env: { ...own, ...env } })).code).toBe(0);
      return readFileSync(at('systemd', unit('db.service')), 'utf8').includes('Requires=docker.service\n');
    };
    scenario.write('docker/config.json', '{}');
    expect(await requires({ DOCKER_HOST: 'unix:///var/run/docker.sock' })).toBe(true);
    expect(await requires({ DOCKER_HOST: 'unix:///run/docker.sock', DOCKER_CONTEXT: 'other' })).toBe(true);
    expect(await requires({ DOCKER_HOST: host })).toBe(false);
    expect(await requires({ DOCKER_CONTEXT: 'other' })).toBe(false);
    scenario.write('docker/config.json', '{ "currentContext": "other" }');
    expect(await requires({})).toBe(false);
  });

  it('takes jobs from the file and from --once', async () => {
    scenario.fig(FIG.replace('"true" }', '"true", tsfig.once: true }'));
    await units('runit', '--once', 'db', 'job', 'db');
    expect(readFileSync(at('runit', unit('job'), 'run'), 'utf8')).toContain('run --once --quiet job\n');
    expect(readFileSync(at('runit', unit('db'), 'run'), 'utf8')).toContain('run --once --quiet db\n');
  });

  it('takes what the services named need, unless told otherwise', async () => {
    scenario.fig(FIG);
    await units('systemd', 'web');
    expect(existsSync(at('systemd', unit('db.service')))).toBe(true);
    await units('runit', '--no-deps', 'web');
    expect(existsSync(at('runit', unit('db')))).toBe(false);
    expect(readFileSync(at('runit', unit('web'), 'run'), 'utf8')).toContain('up --adopt --no-log-prefix');
  });

  it('calls tsfig as it is told to', async () => {
    scenario.fig(FIG);
    await units('systemd', '--tsfig', '/usr/bin/node "/opt/my tools/tsfig.js"', 'db');
    expect(readFileSync(at('systemd', unit('db.service')), 'utf8')).toContain(
      `ExecStart=/usr/bin/node "/opt/my tools/tsfig.js" -f ${scenario.directory}/fig.yml -p ${scenario.project} up`,
    );
  });

  it.each([
    [['nosuch'], 'Allowed choices are runit, systemd, s6'],
    [['runit', 'wep'], 'No such service: wep'],
    [['runit', '--once', 'wep'], 'No such service: wep'],
    [['runit', '--once', 'db', 'db@2'], 'db is a job: there is one of it, and it has no number'],
    [['runit', 'web@0'], '"web@0" does not name a container of web'],
    [['runit', '-o', '/dev/null/x'], 'cannot read /dev/null/x/'],
  ])('refuses %j', async (args, message) => {
    scenario.fig(FIG);
    const { code, stderr } = await units(...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(existsSync(at())).toBe(false);
  });

  it('refuses a file that will not be there', async () => {
    const { code, stderr } = await scenario.run(['-f', '-', 'units', 'runit'], { input: FIG });
    expect([code, stderr]).toEqual([1, expect.stringContaining('units need a file that stays')]);
  });

  it('refuses names that s6 would know as those of logs', async () => {
    scenario.fig('web: { image: busybox }\nweb-log: { image: busybox }\n');
    expect((await units('s6')).stderr).toContain('web-log is called as the log of another service would be');
    expect((await units('runit')).code).toBe(0);
  });
});
