import { afterEach, beforeEach, expect, it } from 'vitest';
import { LABEL } from '../../src/model/names.js';
import { Scenario } from '../support/cli.js';
import { EngineProxy, type ProxiedRequest } from '../support/engine-proxy.js';

let scenario: Scenario;
let proxy: EngineProxy;
const strangers: string[] = [];
beforeEach(async () => {
  scenario = new Scenario();
  proxy = await EngineProxy.open();
});
afterEach(async () => {
  await proxy.close();
  for (const id of strangers.splice(0)) {
    await scenario.docker.getContainer(id).remove({ force: true, v: true });
  }
  await scenario.clean();
});

/** At the first such request, the container of the name is removed, and a stranger's gets the name. */
function swapAt(name: string, isIt: (request: ProxiedRequest) => boolean): void {
  proxy.onRequest = (request) => {
    if (!isIt(request)) return 'pass';
    proxy.onRequest = () => 'pass';
    return { kind: 'delay', when: 'before', kill: () => undefined, until: swap(name) };
  };
}

async function swap(name: string): Promise<void> {
  await scenario.docker.getContainer(name).remove({ force: true });
  const options = { name, Image: 'busybox', Cmd: ['sleep', '600'], StopSignal: 'SIGKILL', Volumes: { '/data': {} } };
  const stranger = await scenario.docker.createContainer({ ...options, Labels: { stranger: 'yes' } });
  strangers.push(stranger.id);
  await stranger.start();
}

const isUntouched = async (): Promise<boolean> => {
  const { State, Mounts } = await scenario.docker.getContainer(strangers[0] ?? '').inspect();
  const volume = Mounts[0]?.Name ?? '';
  return State.Running && (await scenario.docker.getVolume(volume).inspect()).Name === volume;
};

it.each([
  ['down -v', ['down', '-v'], '/stop'],
  ['stop', ['stop'], '/stop'],
  ['kill', ['kill'], '/kill'],
  ['rm -fsv', ['rm', '-fsv'], '/stop'],
])('%s leaves a container alone that got the name of one of its own meanwhile', async (_title, words, at) => {
  scenario.fig('web: { image: busybox, command: sleep 600, stop_signal: SIGKILL }');
  await scenario.ok('up', '-d');
  swapAt(scenario.name('web'), ({ path }) => path.endsWith(at));
  await scenario.run(words, { env: proxy.env });
  expect(strangers).toHaveLength(1);
  expect(await isUntouched()).toBe(true);
});

it('up that recreates leaves a container alone that got the name of one of its own meanwhile', async () => {
  scenario.fig('web: { image: busybox, command: sleep 600, stop_signal: SIGKILL }');
  await scenario.ok('up', '-d');
  scenario.fig('web: { image: busybox, command: sleep 601, stop_signal: SIGKILL }');
  swapAt(scenario.name('web'), ({ path }) => path.endsWith('/rename'));
  const { code } = await scenario.run(['up', '-d'], { env: proxy.env });
  expect([code, await isUntouched()]).toEqual([1, true]);
});

it('run --once leaves a container alone that got the name of its leftover meanwhile', async () => {
  scenario.fig('job: { image: busybox, command: "true" }');
  await scenario.ok('run', '--once', 'job');
  const name = `${scenario.project}_job_once`;
  swapAt(name, ({ method }) => method === 'DELETE');
  expect((await scenario.run(['run', '--once', 'job'], { env: proxy.env })).code).toBe(125);
  expect(await isUntouched()).toBe(true);
});

it('an orphan is known by its labels, whatever its name', async () => {
  scenario.fig('old: { image: busybox, command: sleep 600, stop_signal: SIGKILL }');
  await scenario.ok('up', '-d');
  await scenario.docker.getContainer(scenario.name('old')).rename({ name: `${scenario.project}_elsewhere` });
  scenario.fig('web: { image: busybox, command: sleep 600, stop_signal: SIGKILL }');
  await scenario.ok('up', '-d', '--remove-orphans');
  const left = await scenario.containers();
  expect(left.map(({ Labels }) => Labels[LABEL.service])).toEqual(['web']);
});
