import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, type Ended } from '../support/cli.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const IDLE = 'image: busybox, command: sleep 300, stop_signal: SIGKILL';
const UNNAMED = { TSFIG_PROJECT_NAME: '' };

/** A directory that gives the project its name, below another one, with a project file in it. */
function directoryIn(parent: string, text = `web: { ${IDLE} }`): string {
  scenario.write(`${parent}/${scenario.project}/fig.yml`, text);
  return join(scenario.directory, parent, scenario.project);
}

const fileIn = (directory: string): string => join(directory, 'fig.yml');

/** Runs tsfig on the file of this directory; the project is called as the directory. */
const inside = (directory: string, ...args: readonly string[]): Promise<Ended> =>
  scenario.run(['-f', fileIn(directory), ...args], { env: UNNAMED });

const workingDirOf = async (number: number): Promise<string | undefined> =>
  (await scenario.inspect('web', number)).Config.Labels['com.docker.compose.project.working_dir'];

describe('a project of the same name in another directory', () => {
  it('is refused by what changes containers, as long as that directory exists, and the hint is true', async () => {
    const [one, two] = [directoryIn('one'), directoryIn('two')];
    expect((await inside(one, 'up', '-d')).code).toBe(0);
    for (const args of [['up', '-d'], ['down'], ['stop'], ['rm', '-fs'], ['run', 'web', 'true']]) {
      const { code, stderr } = await inside(two, ...args);
      expect(code).toBe(args[0] === 'run' ? 125 : 1);
      expect(stderr).toContain(`belongs to ${one}`);
      expect(stderr).toContain(`-p ${scenario.project} says so`);
    }
    expect(await scenario.states()).toEqual(['web_1: running']);
    const taken = await inside(two, '-p', scenario.project, 'stop');
    expect(taken).toMatchObject({ code: 0, stderr: expect.stringMatching(/Stopping .*web_1 \.\.\. done/) as string });
  });

  it('is shown by ps, logs, plan and ready, which say whose containers these are', async () => {
    const [one, two] = [directoryIn('one'), directoryIn('two')];
    await inside(one, 'up', '-d');
    for (const args of [['ps'], ['logs'], ['plan'], ['ready']]) {
      const { code, stderr } = await inside(two, ...args);
      expect(code).toBe(0);
      expect(stderr).toContain(
        `these containers of the project ${scenario.project} were made from ${one}, not from ${two}`,
      );
      expect((await inside(one, ...args)).stderr).not.toContain('made from');
    }
    expect((await inside(two, 'ps')).stdout).toContain(scenario.name('web'));
  });

  it('is the same project when the same directory is reached by another path', async () => {
    const one = directoryIn('one');
    await inside(one, 'up', '-d');
    mkdirSync(join(scenario.directory, 'links'));
    const link = join(scenario.directory, 'links', scenario.project);
    symlinkSync(one, link);
    const { code, stderr } = await inside(link, 'up', '-d');
    expect([code, stderr]).toEqual([0, expect.stringContaining('is up-to-date')]);
    expect(stderr).not.toContain(one);
  });
});

describe('a project whose directory was moved', () => {
  it('is taken over with one warning, and the label follows when a container is recreated', async () => {
    const one = directoryIn('one');
    await inside(one, 'up', '-d', '--scale', 'web=2');
    mkdirSync(join(scenario.directory, 'two'));
    const two = join(scenario.directory, 'two', scenario.project);
    renameSync(one, two);
    const said = `the project ${scenario.project} was in ${one}, which is gone; now it is in ${two}`;
    const first = await inside(two, 'up', '-d');
    expect(first.code).toBe(0);
    expect(first.stderr.split(said)).toHaveLength(2);
    expect(first.stderr).toContain('is up-to-date');
    expect(await workingDirOf(1)).toBe(one);
    expect((await inside(two, 'up', '-d', '--force-recreate', 'web@1')).stderr).toContain(said);
    expect([await workingDirOf(1), await workingDirOf(2)]).toEqual([two, one]);
    expect((await inside(two, 'up', '-d')).stderr).not.toContain('which is gone');
  });

  it('can be taken down after its directory was deleted', async () => {
    const one = directoryIn('one');
    await inside(one, 'up', '-d');
    rmSync(one, { recursive: true });
    const two = directoryIn('two');
    const { code, stderr } = await inside(two, 'down');
    expect([code, stderr]).toEqual([0, expect.stringContaining('which is gone')]);
    expect(await scenario.states()).toEqual([]);
  });
});

describe('releases behind a current link', () => {
  it.each([
    ['-p', (project: string) => ({ args: ['-p', project], env: UNNAMED })],
    ['a variable', (project: string) => ({ args: [], env: { TSFIG_PROJECT_NAME: '', COMPOSE_PROJECT_NAME: project } })],
  ])('are one project when %s names it, although the old release still exists', async (_how, named) => {
    const { args, env } = named(scenario.project);
    const text = `web: { ${IDLE} }\njob: { image: busybox, command: "true", links: [web] }\n`;
    for (const release of ['1', '2']) scenario.write(`releases/${release}/fig.yml`, text);
    const deploy = async (release: string): Promise<Ended> => {
      rmSync(join(scenario.directory, 'current'), { force: true });
      symlinkSync(`releases/${release}`, join(scenario.directory, 'current'));
      return scenario.run(['-f', 'current/fig.yml', ...args, 'run', '--once', 'job'], { env });
    };
    for (const release of ['1', '2', '1']) expect(await deploy(release)).toMatchObject({ code: 0 });
    const { code, stderr } = await scenario.run(['-f', 'current/fig.yml', ...args, 'up', '-d', 'web'], { env });
    expect([code, stderr]).toEqual([0, expect.stringContaining('is up-to-date')]);
    expect((await scenario.run(['-f', 'releases/2/fig.yml', ...args, 'down'], { env })).code).toBe(0);
    expect(await scenario.states()).toEqual([]);
  });
});

describe('a build directory and an env file that are gone', () => {
  const GONE = `web: { build: app, ${IDLE.replace('image: busybox, ', '')}, env_file: web.env }\n`;

  it('are asked for by up and run alone, while the containers can be seen, stopped, started and taken down', async () => {
    scenario.write('app/Dockerfile', 'FROM busybox\n');
    scenario.write('web.env', 'A=b\n');
    await scenario.fig(GONE).ok('up', '-d');
    rmSync(join(scenario.directory, 'app'), { recursive: true });
    rmSync(join(scenario.directory, 'web.env'));
    for (const [verb, code] of [
      ['up', 1],
      ['plan', 1],
      ['build', 1],
      ['run', 125],
    ] as const) {
      const ended = await scenario.run(verb === 'run' ? [verb, 'web'] : [verb]);
      expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(/"app" does not exist[^]*"web.env"/)]);
    }
    expect((await scenario.ok('ps')).stdout).toContain(scenario.name('web'));
    for (const verb of ['logs', 'ready', 'stop', 'start', 'restart', 'kill']) await scenario.ok(verb);
    await scenario.ok('rm', '-f');
    expect(await scenario.states()).toEqual([]);
    await scenario.ok('down', '--rmi', 'local');
  });
});
