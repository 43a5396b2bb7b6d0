import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { askEngine } from '../support/raw-engine.js';
import { SecondEngine } from '../support/second-engine.js';

const RUN_FAILED = 125;
const KILLED = 137;

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

describe('a job that runs out of memory', () => {
  // A limit of the container's own, for swap too: nothing else is to run out of it.
  const small = 'image: busybox, mem_limit: 16m, memswap_limit: 16m';

  it('ends with 137 and says so', async () => {
    scenario.fig(`job: { ${small}, command: tail /dev/zero }\n`);
    const { code, stderr } = await scenario.run(['run', '--once', 'job']);
    expect(code).toBe(KILLED);
    expect(stderr).toContain(`warning: ${scenario.project}_job_once was killed, because it ran out of memory`);
    expect(stderr).toContain('hint: raise mem_limit');
  });

  it('does not say so where it was killed by another hand', async () => {
    scenario.fig(`job: { ${small}, command: ["sh", "-c", "kill -9 $$$$; exit 137"] }\n`);
    const { code, stderr } = await scenario.run(['run', '--once', 'job']);
    expect(code).toBe(KILLED);
    expect(stderr).not.toContain('memory');
  });
});

describe('what a job needs and somebody has removed', () => {
  it('an image that is nowhere is told with its name; when it is back, the next run works', async () => {
    const image = `${scenario.project}.invalid/image`;
    await askEngine('POST', `/images/busybox/tag?repo=${image}&tag=1`);
    scenario.fig(`job: { image: "${image}:1", command: "true" }\n`);
    await scenario.ok('run', '--once', 'job');
    await scenario.ok('down');
    await askEngine('DELETE', `/images/${image}:1`);
    const { code, stderr } = await scenario.run(['run', '--once', 'job']);
    expect(code).toBe(RUN_FAILED);
    expect(stderr).toContain(`${image}:1`);
    await askEngine('POST', `/images/busybox/tag?repo=${image}&tag=1`);
    await scenario.ok('run', '--once', 'job');
    await scenario.ok('down');
    await askEngine('DELETE', `/images/${image}:1`);
  });

  it('a network is made again', async () => {
    scenario.fig('job: { image: busybox, command: "true" }\n');
    await scenario.ok('run', '--once', 'job');
    const network = scenario.docker.getNetwork(`${scenario.project}_default`);
    await network.remove();
    await scenario.ok('run', '--once', 'job');
    await network.inspect();
  });

  it('a network is made again beside a service that the job needs and that is still up', async () => {
    scenario.fig(`
job: { image: busybox, command: wget -q -O - http://db/etc/hostname, links: [db] }
db: { image: busybox, stop_signal: SIGKILL, command: httpd -f -p 80 -h / }
`);
    await scenario.ok('run', '--once', 'job');
    const network = scenario.docker.getNetwork(`${scenario.project}_default`);
    await network.disconnect({ Container: scenario.name('db'), Force: true });
    await network.remove();
    const { code, stderr } = await scenario.run(['run', '--once', 'job']);
    expect(code, stderr).toBe(0);
  });
});

const DISK = 64;
const opened = await SecondEngine.open('busybox:latest', { disk: DISK });
const engine = opened instanceof SecondEngine ? opened : null;
const reason = typeof opened === 'string' ? ` (skipped: ${opened})` : '';
afterAll(() => engine?.close());

describe.skipIf(!engine)(`when the engine's disk is full${reason}`, () => {
  it('a job that filled it has its own code, and the next run has the room again', async () => {
    const env = { DOCKER_HOST: `unix://${engine!.socket}` };
    const fill = `dd if=/dev/zero of=/fill bs=1M count=${2 * DISK} || exit 9`;
    scenario.fig(`job: { image: busybox, command: ["sh", "-c", "test $$ROOM || { ${fill}; }; echo room > /file" ] }\n`);
    const first = await scenario.run(['run', '--once', 'job'], { env });
    expect(first.code, first.stderr).toBe(9);
    expect(first.stderr).toContain('No space left on device');
    const next = await scenario.run(['run', '--once', '-e', 'ROOM=1', 'job'], { env });
    expect(next.code, next.stderr).toBe(0);
    await scenario.run(['down'], { env });
  });

  it('a job that cannot start ends with 125 and says why; when there is room, the next run works', async () => {
    const env = { DOCKER_HOST: `unix://${engine!.socket}` };
    scenario.fig('job: { image: busybox, command: "true" }\n');
    const filler = await engine!.docker.createContainer({
      Image: 'busybox',
      Cmd: ['dd', 'if=/dev/zero', 'of=/fill', 'bs=4k', `count=${2 * DISK * 256}`],
    });
    await filler.start();
    await filler.wait();
    const refused = await scenario.run(['run', '--once', 'job'], { env });
    expect(refused.code, refused.stderr).toBe(RUN_FAILED);
    expect(refused.stderr).toContain('no space left on device');
    expect(refused.stderr).not.toMatch(/^\s+at /m);
    await filler.remove();
    const next = await scenario.run(['run', '--once', 'job'], { env });
    expect(next.code, next.stderr).toBe(0);
    await scenario.run(['down'], { env });
  });
});
