import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, type Running } from '../support/cli.js';
import { EngineProxy, isChange } from '../support/engine-proxy.js';

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

const FIG = 'web: { image: busybox, stop_signal: SIGKILL, command: sleep 600 }\n';
const three = ['up', '-d', '--scale', 'web=3'];

describe('two ups of one project', () => {
  it('work one after the other; the second says whom it waits for, and both end well', async () => {
    scenario.fig(FIG);
    let second: Running | null = null;
    proxy.onRequest = (request) => {
      if (isChange(request)) second ??= scenario.start(three, { env: proxy.env });
      return 'pass';
    };
    const first = scenario.start(three, { env: proxy.env });
    const ended = await first.ended;
    const waited = await (second as Running | null)?.ended;
    expect([ended.code, waited?.code]).toEqual([0, 0]);
    expect(waited?.stderr).toContain(`pid ${first.child.pid ?? ''}`);
    expect(waited?.stderr).toContain(`${scenario.name('web')} is up-to-date`);
    expect(await scenario.states()).toEqual(['web_1: running', 'web_2: running', 'web_3: running']);
  });

  it('the second goes on as soon as the first is killed, and makes good what that left', async () => {
    scenario.fig(FIG);
    let second: Promise<{ readonly code: number }> | null = null;
    let first: Running | null = null;
    let seen = 0;
    proxy.onRequest = (request) => {
      if (!isChange(request)) return 'pass';
      if (seen++ !== 2) return 'pass';
      const waiting = scenario.start(three, { env: proxy.env });
      second = waiting.ended;
      // The first is held at this request, which never gets an answer, until the second has said that it waits.
      void waiting.shows('pid').then(() => first?.child.kill('SIGKILL'));
      return 'hold';
    };
    first = scenario.start(['--parallel', '1', ...three], { env: proxy.env });
    expect((await first.ended).code).toBe(-1);
    const ended = await (second as Promise<{ readonly code: number }> | null);
    expect(ended?.code).toBe(0);
    expect(await scenario.states()).toEqual(['web_1: running', 'web_2: running', 'web_3: running']);
  });
});
