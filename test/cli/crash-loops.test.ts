import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { EngineNews } from '../support/engine-news.js';
import { eventually } from '../support/eventually.js';
import { inside } from '../support/inside.js';

let scenario: Scenario;
let news: EngineNews;
beforeEach(async () => {
  scenario = new Scenario();
  news = await EngineNews.of(scenario.docker, scenario.project);
});
afterEach(async () => {
  news.close();
  await scenario.clean();
});

/** Ends at once, over and over; the engine waits longer each time. */
const LOOP = 'image: busybox, restart: always, command: ["sh", "-c", "echo begun; exit 3"]';

/** Between its seventh life and the eighth there are six seconds. */
async function untilRestarting(): Promise<void> {
  await news.saw(`die ${scenario.name('web')} 3`, 7);
  expect((await scenario.inspect('web')).State.Status).toBe('restarting');
}

describe('a container that the engine restarts over and over', () => {
  it('is told of at each restart, and Ctrl-C at up between two of its lives ends with 130', async () => {
    scenario.fig(`web: { ${LOOP} }`);
    const up = scenario.start(['up']);
    await untilRestarting();
    await up.shows(new RegExp(`(web_1 exited with code 3 \\(restarting\\)[^]*){7}`));
    up.child.kill('SIGINT');
    const { code, stdout } = await up.ended;
    expect(code).toBe(130);
    expect(stdout).toContain(`${scenario.name('web')} exited with code 3\n`);
    expect(await scenario.states()).toEqual(['web_1: exited']);
  });

  it.each([
    { by: 'stop', args: ['up'] },
    { by: 'kill', args: ['up'] },
    { by: 'stop', args: ['logs', '-f'] },
    { by: 'kill', args: ['logs', '-f'] },
  ] as const)('ends $args when somebody else makes it $by between two of its lives', async ({ by, args }) => {
    scenario.fig(`web: { ${LOOP} }`);
    if (args[0] === 'logs') await scenario.ok('up', '-d');
    const following = scenario.start(args);
    await following.shows('begun');
    await untilRestarting();
    await following.shows('(restarting)');
    await scenario.docker.getContainer(scenario.name('web'))[by]();
    const { code, stdout } = await following.ended;
    expect(code).toBe(args[0] === 'up' ? 1 : 0);
    expect(stdout).toContain(`${scenario.name('web')} exited with code 3\n`);
  });

  it('and that up finds between two lives is attached to at its next start', async () => {
    scenario.fig(`web: { ${LOOP} }`);
    await scenario.ok('up', '-d');
    await untilRestarting();
    const up = scenario.start(['up']);
    await up.shows(/begun[^]*exited with code 3 \(restarting\)/);
    up.child.kill('SIGINT');
    const { code, stderr } = await up.ended;
    expect(code, stderr).toBe(130);
    expect(stderr).not.toContain('error');
    expect((await scenario.states())[0]).not.toBe('web_1: exited'); // it ran before
  });

  it('is not ready, neither between two lives nor in one that has just begun', async () => {
    scenario.fig('web: { image: busybox, restart: always, command: ["sh", "-c", "sleep 1; exit 3"] }');
    await scenario.ok('up', '-d');
    await news.saw(`start ${scenario.name('web')}`, 3);
    const { code, stderr } = await scenario.run(['ready', '--wait-timeout', '0']);
    expect([code, stderr]).toEqual([1, `${scenario.name('web')} is restarting\n`]);
    expect((await scenario.run(['ready', '--wait-timeout', '3'])).code).toBe(1);
  });

  it('is not called up-to-date: up -d and run say what it does, and go on', async () => {
    scenario.fig(`web: { ${LOOP} }\njob: { image: busybox, command: echo hello, links: [web] }\n`);
    await scenario.ok('up', '-d', 'web');
    await untilRestarting();
    const warning = `warning: ${scenario.name('web')} is restarting over and over`;
    const up = await scenario.ok('up', '-d', 'web');
    expect(up.stderr).toContain(warning);
    expect(up.stdout + up.stderr).not.toContain('up-to-date');
    const run = await scenario.ok('run', 'job');
    expect([run.stdout, run.stderr]).toEqual(['hello\n', expect.stringContaining(warning)]);
  });

  it('is ready when a life of it lasts', async () => {
    scenario.fig(
      'web: { image: busybox, restart: always, stop_signal: SIGKILL, command: ["sh", "-c", "test -e /n && exec sleep 600; touch /n; exit 3"] }',
    );
    await scenario.ok('up', '-d');
    expect((await scenario.run(['ready', '--wait-timeout', '50'])).code).toBe(0);
    expect((await scenario.inspect('web')).RestartCount).toBe(1);
  });
});

describe('a service with a health check that others need', () => {
  it('may be restarted by the engine while it is awaited', async () => {
    scenario.fig(`
web: { image: busybox, stop_signal: SIGKILL, command: sleep 600, links: [db] }
db:
  image: busybox
  restart: always
  stop_signal: SIGKILL
  command: ["sh", "-c", "test -e /n && exec sleep 600; touch /n; sleep 0.3; exit 3"]
  healthcheck: { test: test -e /ready, interval: 200ms, retries: 1000 }
`);
    const up = scenario.start(['up', '-d']);
    await news.saw(`start ${scenario.name('db')}`, 2);
    await eventually(
      () => inside(scenario.docker, scenario.name('db'), 'touch', '/ready').then(() => true),
      'a file in db',
    );
    const { code, stderr } = await up.ended;
    expect(code, stderr).toBe(0);
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: running']);
  });

  it('and is restarted until the time is over is told with its restarts', async () => {
    scenario.fig(`
web: { image: busybox, command: sleep 600, links: [db] }
db: { ${LOOP}, healthcheck: { test: "true", interval: 1h } }
`);
    const { code, stderr } = await scenario.run(['up', '-d', '--wait-timeout', '3']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/db_1 was not ready after 3 s; it was restarted \d+ times, last after code 3/);
    expect(await scenario.states()).toContain('web_1: created');
  });
});
