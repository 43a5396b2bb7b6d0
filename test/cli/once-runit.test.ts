import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { EngineNews } from '../support/engine-news.js';
import { EngineProxy } from '../support/engine-proxy.js';
import { untilNextWish } from '../support/eventually.js';
import { noRunit, RunitService } from '../support/runit.js';

let scenario: Scenario;
let news: EngineNews;
let service: RunitService;
let job: string;
beforeEach(async () => {
  scenario = new Scenario();
  job = `${scenario.project}_job_once`;
  news = await EngineNews.of(scenario.docker, scenario.project);
  service = new RunitService(scenario);
});
afterEach(async () => {
  await service.close();
  news.close();
  await scenario.clean();
});

const KILLED = 137;
const STOPPED = 143;

/** Ends with 5 when it is told to, after a word to its log. */
const POLITE =
  'job: { image: busybox, command: ["sh", "-c", "trap \'echo bye; exit 5\' TERM; echo hello; sleep 600 & wait"] }\n';
const STUBBORN =
  'job: { image: busybox, stop_grace_period: 30s, command: ["sh", "-c", "trap : TERM; while :; do sleep 600 & wait; done"] }\n';

const missing = noRunit();
const reason = missing === undefined ? '' : ` (skipped: ${missing})`;
describe.skipIf(missing)(`a job under runsv${reason}`, () => {
  it('runs once on `sv once`, and runsv has its code', async () => {
    scenario.fig('job: { image: busybox, command: ["sh", "-c", "echo hello; exit 7"] }\n');
    await service.start();
    await service.sv('once');
    expect(await service.down(1)).toEqual([7]);
    expect(await service.sv('status')).toMatch(/^down: /);
    expect(service.said).toContain('hello\n');
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('runs again and again on `sv up`, each in a container of the same name', async () => {
    scenario.fig('job: { image: busybox, command: "true" }\n');
    await service.start();
    await service.sv('up');
    expect((await service.ended(3)).slice(0, 3), service.said).toEqual([0, 0, 0]);
    await service.sv('down');
    expect(new Set(news.heard.filter((one) => one.startsWith('create')))).toEqual(new Set([`create ${job}`]));
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('is stopped by `sv down`, which is TERM and then CONT, within its grace period', async () => {
    scenario.fig(POLITE);
    await service.start();
    await service.sv('up');
    await news.saw(`start ${job}`);
    await service.sv('down');
    expect(await service.down(1)).toEqual([5]);
    expect(service.said).toContain('hello\nbye\n');
    expect(await service.sv('status')).toMatch(/^down: /);
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('is stopped and run again by `sv restart`', async () => {
    scenario.fig(POLITE);
    await service.start();
    await service.sv('up');
    await news.saw(`start ${job}`);
    await service.sv('restart');
    await news.saw(`start ${job}`, 2);
    expect(service.codes).toEqual([5]);
    expect(await service.sv('status')).toMatch(/^run: /);
    await service.sv('down');
    expect(await service.ended(2)).toEqual([5, 5]);
  });

  it('is stopped by `sv exit`, and runsv ends', async () => {
    scenario.fig(POLITE);
    await service.start();
    await service.sv('up');
    await news.saw(`start ${job}`);
    await service.sv('exit');
    await service.gone();
    expect(service.codes).toEqual([5]);
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('is killed by `sv term` while it is stopping', async () => {
    scenario.fig(STUBBORN);
    await service.start();
    await service.sv('up');
    await news.saw(`start ${job}`);
    const down = service.sv('down');
    await news.saw(`kill ${job}`);
    await untilNextWish();
    await service.sv('term'); // a second `sv down` sends nothing
    await down;
    expect(await service.ended(1)).toEqual([KILLED]);
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('never starts when it is told to go down while what it needs gets ready', async () => {
    scenario.fig(`
job: { image: busybox, command: "true", links: [db] }
db: { image: busybox, command: sleep 600, stop_signal: SIGKILL, healthcheck: { test: "false", retries: 1000 } }
`);
    await service.start();
    await service.sv('up');
    await news.saw(`start ${scenario.name('db')}`);
    await service.sv('down');
    expect(await service.ended(1)).toEqual([STOPPED]);
    expect(news.heard).not.toContain(`start ${job}`);
  });

  it('never starts when it is told to go down while its image is pulled', async () => {
    const proxy = await EngineProxy.open();
    const pulled = new Promise<void>((resolve) => {
      proxy.onRequest = ({ path }) => {
        if (path !== '/images/create') return 'pass';
        resolve();
        return 'hold';
      };
    });
    scenario.fig('job: { image: "tsfig-test.invalid/nothing:1" }\n');
    service = new RunitService(scenario, 'run --once job', proxy.env);
    await service.start();
    await service.sv('up');
    await pulled;
    await service.sv('down');
    await proxy.close();
    expect(await service.ended(1)).toEqual([STOPPED]);
    expect(await scenario.states()).toEqual([]);
  });

  it('runs again when its tsfig was killed, after what that left was stopped', async () => {
    scenario.fig(POLITE);
    await service.start();
    await service.sv('up');
    await news.saw(`start ${job}`);
    await service.sv('kill');
    await news.saw(`start ${job}`, 2);
    await service.sv('down');
    expect(await service.ended(2)).toEqual([-1, 5]);
    expect(news.heard.filter((one) => one.startsWith('die'))).toEqual([`die ${job} 5`, `die ${job} 5`]);
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('runs alone: another that is started meanwhile exits with 75 and names it', async () => {
    scenario.fig(POLITE);
    await service.start();
    await service.sv('up');
    await news.saw(`start ${job}`);
    const other = await scenario.run(['run', '--once', 'job']);
    expect(other.code).toBe(75);
    expect(other.stderr).toMatch(/is already running \(pid \d+, since /);
    await service.sv('down');
    expect(await service.ended(1)).toEqual([5]);
  });
});

describe.skipIf(missing)(`a job under runsvdir${reason}`, () => {
  it('is stopped when its service folder is removed', async () => {
    scenario.fig(POLITE);
    await service.startScanned();
    await news.saw(`start ${job}`);
    rmSync(service.link);
    rmSync(service.folder, { recursive: true });
    await news.saw(`die ${job} 5`);
  });

  it('is stopped when runsvdir is told to end', async () => {
    scenario.fig(POLITE);
    await service.startScanned();
    await news.saw(`start ${job}`);
    await service.close();
    await news.saw(`die ${job} 5`);
  });
});
