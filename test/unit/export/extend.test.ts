import { describe, expect, it } from 'vitest';
import { extendWish } from '../../../src/export/extend.js';

const listed = (service: string, numbers: readonly number[] = [], once = false) => ({
  ...{ service, numbers, once },
  paths: [`shop-${service}/run`],
});
const needs = new Map([
  ['db', []],
  ['web', ['db']],
  ['job', ['db']],
]);
/** What is written as words, and who rests. */
function extend(services: readonly string[], named: readonly string[], before: readonly ReturnType<typeof listed>[]) {
  const { wish, written, resting } = extendWish({ services, instances: {}, once: [] }, { named, before, needs });
  return {
    services: wish.services,
    written: written.map(({ service, numbers, once }) => [service, ...numbers, ...(once ? ['once'] : [])].join(' ')),
    resting: resting.map(({ service }) => service),
  };
}

describe('extendWish', () => {
  it('lets the units of other services rest, and knows of them', () => {
    expect(extend(['web'], ['web'], [listed('job'), listed('db')])).toEqual({
      ...{ services: ['db', 'web', 'job'], written: ['web'], resting: ['job', 'db'] },
    });
  });

  it('has what is only needed keep its shape', () => {
    expect(extend(['db', 'web'], ['web'], [listed('db', [1, 2])]).written).toEqual(['db 1 2', 'web']);
    expect(extend(['db', 'web'], ['web'], [listed('db', [], true)]).written).toEqual(['db once', 'web']);
  });

  it('gives what is named the shape that it is named in', () => {
    expect(extend(['db'], ['db'], [listed('db', [1, 2], true)]).written).toEqual(['db']);
  });

  it('writes again who waits for units that are called otherwise now', () => {
    const before = [listed('db', [1]), listed('web', [3])];
    expect(extend(['db'], ['db'], before)).toMatchObject({ written: ['db', 'web 3'], resting: [] });
    expect(extend(['db'], ['db'], [listed('web')])).toMatchObject({ written: ['db', 'web'], resting: [] });
    expect(extend(['db'], ['db'], [listed('db'), listed('web')])).toMatchObject({ written: ['db'], resting: ['web'] });
  });
});
