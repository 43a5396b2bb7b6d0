import { describe, expect, it } from 'vitest';
import { findCycles } from '../../../src/graph/cycle.js';
import type { Dependency } from '../../../src/model/project.js';

let line = 0;
const need = (on: string, because: Dependency['because'] = 'links'): Dependency => {
  line += 1;
  return {
    on,
    because,
    until: 'healthy',
    shares: null,
    at: { file: 'fig.yml', line, column: 3, length: 1 } as unknown as Dependency['at'],
  };
};
const find = (needs: Readonly<Record<string, readonly Dependency[]>>) =>
  findCycles(new Map(Object.entries(needs)), (at) => `line ${at}`);
const messages = (needs: Readonly<Record<string, readonly Dependency[]>>): string[] =>
  find(needs).map(({ message }) => message);

describe('a circle of needs', () => {
  it('of two and of three is told all the way round, with the line of each need', () => {
    line = 0;
    expect(messages({ a: [need('b')], b: [need('a', 'volumes_from')] })).toEqual([
      'services need each other in a circle: a links to b (line 1), which mounts the volumes of a (line 2)',
    ]);
    line = 0;
    expect(messages({ x: [need('a')], a: [need('b')], b: [need('c', 'net')], c: [need('a')] })).toEqual([
      'services need each other in a circle: a links to b (line 2), which uses the network of c (line 3), which links to a (line 4)',
    ]);
  });

  it('of one is told in its own words, at its line', () => {
    line = 0;
    const [only] = find({ a: [need('a')] });
    expect(only?.message).toBe('a links to itself');
    expect(only?.source).toBe('line 1');
  });

  it('is told once for each knot, and not at all where there is none', () => {
    expect(messages({ a: [need('b')], b: [need('a')], c: [need('d')], d: [need('c')] })).toHaveLength(2);
    expect(messages({ a: [need('b'), need('c')], b: [need('c')], c: [] })).toEqual([]);
  });

  it('is found in a ring of 10,000', () => {
    const ring = Object.fromEntries(
      Array.from({ length: 10_000 }, (_none, index) => [`s${index}`, [need(`s${(index + 1) % 10_000}`)]]),
    );
    expect(messages(ring)).toHaveLength(1);
  });
});
