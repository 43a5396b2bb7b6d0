import { describe, expect, it } from 'vitest';
import { startOrder } from '../../src/graph/order.js';

/** What each of `count` services needs: the number of another one, or a negative one. */
type Shape = (index: number, count: number) => number;

function needsOf(count: number, shape: Shape): Map<string, readonly string[]> {
  const indices = Array.from({ length: count }, (_none, index) => index);
  return new Map(
    indices.map((index) => [`s${index}`, [shape(index, count)].filter((on) => on >= 0).map((on) => `s${on}`)]),
  );
}

/** The shortest of several, in milliseconds. */
function timeOf(needs: ReadonlyMap<string, readonly string[]>): number {
  const times = Array.from({ length: 7 }, () => {
    const from = performance.now();
    startOrder(needs);
    return performance.now() - from;
  });
  return Math.min(...times);
}

describe('the start order', () => {
  it.each<[string, Shape]>([
    ['a chain', (index) => index - 1],
    ['a chain written backwards', (index, count) => (index + 1 < count ? index + 1 : -1)],
    ['a tree', (index) => Math.floor((index - 1) / 2)],
    ['a star', (index) => (index === 0 ? -1 : 0)],
  ])('of %s takes time that grows with the number of services and not with its square', (_shape, shape) => {
    const [small, large] = [timeOf(needsOf(2000, shape)), timeOf(needsOf(32_000, shape))];
    expect(large / small).toBeLessThan(100); // 256 times is the square
  });
});
