import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { EngineNews } from '../support/engine-news.js';
import { EngineProxy } from '../support/engine-proxy.js';
import { SecondEngine } from '../support/second-engine.js';

const opened = await SecondEngine.open('busybox:latest');
const engine = opened instanceof SecondEngine ? opened : null;
const reason = typeof opened === 'string' ? ` (skipped: ${opened})` : '';
afterAll(() => engine?.close());

const FAILED = 1;
const RUN_FAILED = 125;

describe.skipIf(!engine)(`when the engine is killed${reason}`, () => {
  let scenario: Scenario;
  let env: Record<string, string>;
  let news: EngineNews;
  beforeEach(async () => {
    scenario = new Scenario();
    env = { DOCKER_HOST: `unix://${engine!.socket}` };
    news = await EngineNews.of(engine!.docker, scenario.project);
  });
  afterEach(async () => {
    news.close();
    if (!engine!.isUp) await engine!.start();
    await scenario.run(['down', '-t', '0'], { env });
    await scenario.clean();
  });

  it('a job ends with 125 and says so; the next run works', async () => {
    const job = `${scenario.project}_job_once`;
    scenario.fig(
      'job: { image: busybox, stop_signal: SIGKILL, command: ["sh", "-c", "echo begun; sleep $$LENGTH"] }\n',
    );
    const running = scenario.start(['run', '--once', '-e', 'LENGTH=600', 'job'], { env });
    await running.shows('begun');
    await engine!.kill();
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(RUN_FAILED);
    expect(stderr).toContain('cannot reach the Docker engine');
    expect(stderr).not.toMatch(/^\s+at /m);
    const refused = await scenario.run(['run', '--once', 'job'], { env });
    expect([refused.code, refused.stdout], refused.stderr).toEqual([RUN_FAILED, '']);
    expect(refused.stderr).toContain('is the engine running');
    await engine!.start();
    const next = await scenario.run(['run', '--once', '-e', 'LENGTH=0', 'job'], { env });
    expect([next.code, next.stdout], next.stderr).toEqual([0, 'begun\n']);
    const left = await engine!.docker.listContainers({ all: true, filters: { name: [job] } });
    expect(left.map(({ State }) => State)).toEqual(['exited']);
  });

  it('a job in a loop goes on with its next run when the engine is back', async () => {
    scenario.fig('job: { image: busybox, stop_signal: SIGKILL, command: ["sh", "-c", "echo begun; sleep 600"] }\n');
    const running = scenario.start(['run', '--forever', 'job'], { env });
    await running.shows('begun');
    await engine!.kill();
    await running.shows('job: run 1 failed');
    await engine!.start();
    await running.shows(/begun[^]*begun/);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(137);
  });

  it.each([
    { args: ['up'], then: ['up', '-d'] },
    { args: ['logs', '-f'], then: ['logs'] },
  ])('$args ends with 1 and says so; the next one works', async ({ args, then }) => {
    const server = 'image: busybox, stop_signal: SIGKILL, command: ["sh", "-c", "echo begun; sleep 600"]';
    scenario.fig(`web: { ${server}, links: [db] }\ndb: { ${server} }\n`);
    if (args[0] === 'logs') expect((await scenario.run(['up', '-d'], { env })).code).toBe(0);
    const running = scenario.start(args, { env });
    await running.shows(/web_1 +\| begun/);
    if (args[0] === 'up') await running.shows('web_1 ... done');
    await engine!.kill();
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(FAILED);
    expect(stderr).toMatch(/^error: .*engine/m);
    expect(stderr).not.toMatch(/^\s+at /m);
    await engine!.start();
    const next = await scenario.run(then, { env });
    expect(next.code, next.stderr).toBe(0);
    if (args[0] === 'logs') expect(next.stdout).toContain('begun');
  });

  it('an up -d that had something to do says what it could not; the next one does it', async () => {
    scenario.fig(
      'web: { image: busybox, stop_signal: SIGKILL, command: sleep 600, links: [db] }\n' +
        'db: { image: busybox, stop_signal: SIGKILL, command: sleep 600 }\n',
    );
    const proxy = await EngineProxy.open(engine!.socket);
    const killing: Promise<void>[] = [];
    proxy.onRequest = ({ path }) => {
      if (path === '/containers/create' && killing.length === 0) killing.push(engine!.kill().then(() => proxy.close()));
      return killing.length > 0 ? 'hold' : 'pass';
    };
    const { code, stderr } = await scenario.run(['up', '-d'], { env: proxy.env });
    await Promise.all(killing);
    expect(code, stderr).toBe(FAILED);
    expect(stderr).toContain('cannot reach the Docker engine to create');
    await engine!.start();
    const next = await scenario.run(['up', '-d'], { env });
    expect(next.code, next.stderr).toBe(0);
    expect((await scenario.run(['plan'], { env })).stdout).toBe('nothing to do\n');
  });
});
