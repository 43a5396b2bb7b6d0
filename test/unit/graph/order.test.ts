import toposort from 'toposort';
import { describe, expect, it } from 'vitest';
import { deepOrder, dependentsOf, startOrder } from '../../../src/graph/order.js';
import { seeded } from '../../support/random.js';

const needsOf = (needs: Readonly<Record<string, readonly string[]>>): Map<string, readonly string[]> =>
  new Map(Object.entries(needs));

describe('the start order', () => {
  it.each([
    [{ web: ['redis'], grunt: [], redis: [] }, ['grunt', 'redis', 'web']],
    [{ web: ['redis', 'postgres'], postgres: ['redis'], redis: [] }, ['redis', 'postgres', 'web']],
    [{ child: [], parent: ['child'], grandparent: ['parent'] }, ['child', 'parent', 'grandparent']],
    [{ web: ['db'], db: ['volume'], volume: [] }, ['volume', 'db', 'web']],
    [{ web: ['db'], cache: [], db: [] }, ['cache', 'db', 'web']],
    [{ a: [], b: [], c: [] }, ['a', 'b', 'c']],
    [{}, []],
  ])('of %j is %j, as Fig had it', (needs, order) => {
    expect(startOrder(needsOf(needs as Record<string, string[]>))).toEqual(order);
    expect(deepOrder(needsOf(needs as Record<string, string[]>))).toEqual(order);
  });

  it('is the same from a stack of our own as from toposort', () => {
    const random = seeded(7);
    for (let graph = 0; graph < 300; graph += 1) {
      const needs = randomNeeds(random, 1 + Math.floor(random() * 14));
      const edges = [...needs].flatMap(([name, targets]) => targets.map((target): [string, string] => [target, name]));
      expect(deepOrder(needs)).toEqual(toposort.array([...needs.keys()], edges));
    }
  });

  it.each([
    ['a chain', (index: number) => index - 1],
    ['a chain written backwards', (index: number) => (index + 1 < 10_000 ? index + 1 : -1)],
    ['a tree', (index: number) => Math.floor((index - 1) / 2)],
    ['a star', (index: number) => (index === 0 ? -1 : 0)],
  ])('of 10,000 services in %s has each after what it needs', (_shape, parent) => {
    const needs = new Map<string, string[]>();
    for (let index = 0; index < 10_000; index += 1) {
      const on = parent(index);
      needs.set(`s${index}`, on < 0 || on === index ? [] : [`s${on}`]);
    }
    expect(isOrdered(startOrder(needs), needs)).toBe(true);
  });
});

describe('dependents', () => {
  it('are told in file order', () => {
    expect(dependentsOf(needsOf({ a: [], c: ['a'], b: ['a', 'c'] }))).toEqual(
      new Map([
        ['a', ['c', 'b']],
        ['c', ['b']],
        ['b', []],
      ]),
    );
  });
});

function isOrdered(order: readonly string[], needs: ReadonlyMap<string, readonly string[]>): boolean {
  const place = new Map(order.map((name, index) => [name, index]));
  const after = (name: string, target: string): boolean => (place.get(target) ?? Infinity) < (place.get(name) ?? -1);
  return place.size === needs.size && [...needs].every(([name, all]) => all.every((target) => after(name, target)));
}

/** A graph without cycles whose nodes stand in any order in the file. */
function randomNeeds(random: () => number, count: number): Map<string, string[]> {
  const rank = Array.from({ length: count }, (_none, index) => ({ index, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ index }) => index);
  return new Map(
    rank.map((own, position) => [
      `s${position}`,
      rank.flatMap((other, at) => (other < own && random() < 0.3 ? [`s${at}`] : [])),
    ]),
  );
}
