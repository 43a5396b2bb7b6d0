import { afterEach, beforeEach, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { EngineProxy } from '../support/engine-proxy.js';

let scenario: Scenario;
let proxy: EngineProxy;
beforeEach(async () => {
  scenario = new Scenario();
  proxy = await EngineProxy.open();
});
afterEach(async () => {
  await proxy.close();
  await scenario.clean();
});

it('up ends when a container that it found running has ended before it attaches', async () => {
  scenario.fig(`
web:
  image: busybox
  command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
`);
  await scenario.ok('up', '-d');
  proxy.onRequest = ({ path }) => {
    if (!path.endsWith('/attach')) return 'pass';
    const until = scenario.docker.getContainer(scenario.name('web')).stop();
    return { kind: 'delay', when: 'before', kill: () => undefined, until };
  };
  const { code, stdout, stderr } = await scenario.run(['up'], { env: proxy.env });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain(`${scenario.name('web')} exited with code 0`);
});
