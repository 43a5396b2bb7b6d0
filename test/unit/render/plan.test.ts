import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/model/plan.js';
import { planToText, reasonToText } from '../../../src/render/plan.js';
import { build, create, plan, pull, replacement, start, step } from './plans.js';

describe('a plan as text', () => {
  it('says what, after what and why, one line a step', () => {
    const steps = [
      pull('nginx', 'web'),
      create('shop_web_1', { code: 'missing' }, ['start shop_db_1', 'pull nginx']),
      start('shop_web_1', { code: 'not-running', state: 'exited' }, ['create shop_web_1']),
    ];
    expect(planToText(plan(steps))).toMatchInlineSnapshot(`
      "pull nginx: not there yet
      create shop_web_1 (after start shop_db_1, pull nginx): not there yet
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
    const network = { name: 'shop_default', subnet: null, gateway: null, dynamicRange: null, labels: {} };
    const steps = [
      step('a', { kind: 'create-network', network }),
      step('b', { kind: 'create-volume', volume: { name: 'shop_data', driver: null, labels: {} } }),
      step('c', { kind: 'connect-network', network: 'shop_default', container: 'legacy', aliases: [], address: null }),
      step('d', { kind: 'disconnect-network', network: 'shop_default', container: 'legacy' }),
      step('e', { kind: 'remove-network', network: 'shop_default' }),
      step('f', { kind: 'remove-volume', volume: 'shop_data' }),
      step('g', { kind: 'remove-image', image: 'shop_web' }),
      step('h', { kind: 'kill-container', container: 'shop_web_1', signal: 'SIGKILL' }, { code: 'asked-for' }),
      build('web'),
    ];
    expect(planToText(plan(steps))).toMatchInlineSnapshot(`
      "create network shop_default: not there yet
      create volume shop_data: not there yet
      connect legacy to shop_default: not there yet
      disconnect legacy from shop_default: not there yet
      remove network shop_default: not there yet
      remove volume shop_data: not there yet
      remove image shop_web: not there yet
      kill shop_web_1 with SIGKILL: asked for
      build shop_web: not there yet"
    `);
  });
});

describe('a reason as text', () => {
  const reasons: readonly Reason[] = [
    { code: 'config-changed', fields: ['command', 'environment'] },
    { code: 'config-changed', fields: [] },
    { code: 'image-changed' },
    { code: 'foreign' },
    { code: 'dependency-recreated', on: 'shop_db_1' },
    { code: 'network-recreated' },
    { code: 'needed-by', by: 'shop_web_1' },
    { code: 'interrupted' },
    { code: 'orphan' },
    { code: 'excess' },
  ];
  it('fits behind a colon', () => {
    expect(reasons.map(reasonToText)).toMatchInlineSnapshot(`
      [
        "command, environment changed",
        "configuration changed",
        "image is newer",
        "was made by another tool",
        "depends on shop_db_1, which is recreated",
        "its network is recreated",
        "needed by shop_web_1",
        "an earlier replacement was interrupted",
        "no service of the file any more",
        "more than wanted",
      ]
    `);
  });
});
