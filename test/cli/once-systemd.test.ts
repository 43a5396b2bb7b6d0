import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { EngineNews } from '../support/engine-news.js';
import { noSystemd, SystemdUnit } from '../support/systemd.js';

let scenario: Scenario;
let news: EngineNews;
let unit: SystemdUnit;
let job: string;
beforeEach(async () => {
  scenario = new Scenario();
  job = `${scenario.project}_job_once`;
  news = await EngineNews.of(scenario.docker, scenario.project);
});
afterEach(async () => {
  await unit.close();
  news.close();
  await scenario.clean();
});

/** Ends with 5 when it is told to. */
const POLITE = 'job: { image: busybox, command: ["sh", "-c", "trap \'exit 5\' TERM; sleep 600 & wait"] }\n';

const missing = noSystemd();
describe.skipIf(missing)(`a job as a unit of systemd${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it('runs to its end as a oneshot, and systemd has its code', async () => {
    scenario.fig('job: { image: busybox, command: ["sh", "-c", "exit 7"] }\n');
    unit = new SystemdUnit(scenario, ['Type=oneshot']);
    await unit.start();
    await expect(unit.ctl('start', 'job.service')).rejects.toThrow('job.service');
    expect(await unit.state()).toBe('failed exit-code 7');
    scenario.fig('job: { image: busybox, command: "true" }\n');
    await unit.ctl('start', 'job.service');
    expect(await unit.state()).toBe('inactive success 0');
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('is stopped by `systemctl stop`, and leaves nothing running', async () => {
    scenario.fig(POLITE);
    unit = new SystemdUnit(scenario);
    await unit.start();
    await unit.ctl('start', 'job.service');
    await news.saw(`start ${job}`);
    await unit.ctl('stop', 'job.service');
    expect(await unit.state()).toBe('failed exit-code 5');
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });

  it('is started again when its tsfig was killed, after what that left was stopped', async () => {
    scenario.fig(POLITE);
    unit = new SystemdUnit(scenario, ['Restart=always', 'RestartSec=100ms']);
    await unit.start();
    await unit.ctl('start', 'job.service');
    await news.saw(`start ${job}`);
    await unit.ctl('kill', '--signal', 'KILL', 'job.service');
    await news.saw(`start ${job}`, 2);
    expect(news.heard.filter((one) => one.startsWith('die'))).toEqual([`die ${job} 5`]);
    await unit.ctl('stop', 'job.service');
    expect(await scenario.states()).toEqual(['job_once: exited']);
  });
});
