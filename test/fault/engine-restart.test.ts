import { afterAll, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { inside } from '../support/inside.js';
import { SecondEngine } from '../support/second-engine.js';

const opened = await SecondEngine.open('busybox:latest');
const engine = opened instanceof SecondEngine ? opened : null;
const reason = typeof opened === 'string' ? ` (skipped: ${opened})` : '';

describe.skipIf(!engine)(`when the engine is restarted${reason}`, () => {
  const scenario = new Scenario();
  afterAll(async () => {
    await engine?.close();
    await scenario.clean();
  });

  it('the addresses that links tell are still those of their targets', async () => {
    const env = { DOCKER_HOST: `unix://${engine!.socket}` };
    const server =
      'image: busybox, stop_signal: SIGKILL, restart: always, command: httpd -f -p 80 -h /, expose: ["80"]';
    scenario.fig(`
web: { ${server}, links: [db, cache, queue] }
db: { ${server} }
cache: { ${server} }
queue: { ${server} }
`);
    const up = await scenario.run(['up', '-d'], { env });
    expect(up.code, up.stderr).toBe(0);
    const network = `${scenario.project}_default`;
    const inspect = (service: string) => engine!.docker.getContainer(scenario.name(service)).inspect();
    const addresses = () =>
      Promise.all(
        ['web', 'db', 'cache', 'queue'].map(
          async (each) => (await inspect(each)).NetworkSettings.Networks[network]?.IPAddress,
        ),
      );
    const before = await addresses();
    expect(new Set(before).size).toBe(4);
    await engine!.stop();
    await engine!.start();
    expect(await addresses()).toEqual(before);
    for (const service of ['db', 'cache', 'queue']) {
      const ask = `wget -q -O - "http://$${service.toUpperCase()}_PORT_80_TCP_ADDR/etc/hostname"`;
      const until = `until ${ask} 2> /dev/null; do sleep 0.1; done`;
      const answer = await inside(engine!.docker, scenario.name('web'), 'sh', '-c', until);
      expect(answer).toBe((await inspect(service)).Config.Hostname);
    }
    expect((await scenario.run(['plan'], { env })).stdout).toBe('nothing to do\n');
    expect((await scenario.run(['down', '-t', '0'], { env })).code).toBe(0);
  });
});
