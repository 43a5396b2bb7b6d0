import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/model/plan.js';
import { planToText, reasonToText } from '../../../src/render/plan.js';
import { build, create, plan, pull, ref, replacement, start, step } from './plans.js';

describe('a plan as text', () => {
  it('says what, after what and why, one line a step', () => {
    const steps = [
      pull('nginx', 'web'),
      create('shop_web_1', { code: 'missing' }, ['start shop_db_1', 'pull nginx']),
      start('shop_web_1', { code: 'not-running', state: 'exited' }, ['create shop_web_1']),
    ];
    expect(planToText(plan(steps))).toMatchInlineSnapshot(`
      "pull nginx
      create shop_web_1 (after start shop_db_1, pull nginx)
      start shop_web_1 (after create shop_web_1): it is exited"
    `);
  });

  it('names old and new of a replacement', () => {
    expect(planToText(replacement())).toMatchInlineSnapshot(`
      "stop shop_db_1: command changed
      rename shop_db_1 to shop_db_1_replaced: command changed
      create shop_db_1: command changed
      start shop_db_1: command changed
      remove shop_db_1_replaced: command changed"
    `);
  });

  it('says so when there is nothing to do', () => {
    expect(planToText(plan([], { unchanged: ['shop_db_1'] }))).toBe('nothing to do');
  });

  it('has words for networks, volumes and images', () => {
    const spec = { name: 'shop_default', subnet: null, gateway: null, dynamicRange: null, labels: {} };
    const network = { id: null, name: 'shop_default' };
    const steps = [
      step('a', { kind: 'create-network', network: spec }),
      step('b', { kind: 'create-volume', volume: { name: 'shop_data', driver: null, labels: {} } }),
      step('c', { kind: 'connect-network', network, container: ref('legacy'), aliases: [], address: null }),
      step('d', { kind: 'disconnect-network', network, container: ref('legacy') }),
      step('e', { kind: 'remove-network', network }),
      step('f', { kind: 'remove-volume', volume: 'shop_data' }),
      step('g', { kind: 'remove-image', image: 'shop_web' }),
      step('h', { kind: 'kill-container', container: ref('shop_web_1'), signal: 'SIGKILL' }, { code: 'asked-for' }),
      build('web'),
    ];
    expect(planToText(plan(steps))).toMatchInlineSnapshot(`
      "create network shop_default
      create volume shop_data
      connect legacy to shop_default
      disconnect legacy from shop_default
      remove network shop_default
      remove volume shop_data
      remove image shop_web
      kill shop_web_1 with SIGKILL: asked for
      build shop_web"
    `);
  });
});

describe('a reason as text', () => {
  const reasons: readonly Reason[] = [
    { code: 'config-changed', fields: ['command', 'environment'] },
    { code: 'config-changed', fields: [] },
    { code: 'image-changed' },
    { code: 'made-by-other-tool' },
    { code: 'dependency-recreated', on: 'shop_db_1' },
    { code: 'network-recreated' },
    { code: 'needed-by', by: 'shop_web_1' },
    { code: 'interrupted' },
    { code: 'orphan' },
    { code: 'above-scale' },
  ];
  it('fits behind a colon', () => {
    expect(reasons.map(reasonToText)).toMatchInlineSnapshot(`
      [
        "command, environment changed",
        "configuration changed",
        "image is newer",
        "made by another tool",
        "depends on shop_db_1, which is recreated",
        "its network is recreated",
        "needed by shop_web_1",
        "an earlier replacement was interrupted",
        "its service is no longer in the file",
        "more than the scale",
      ]
    `);
  });
});
