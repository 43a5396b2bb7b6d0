import { describe, expect, it } from 'vitest';
import { namedServices, withNeeds } from '../../../src/graph/select.js';

const NEEDS = new Map<string, readonly string[]>([
  ['db', []],
  ['other', []],
  ['web', ['db']],
  ['console', ['web']],
]);

describe('services with what they need', () => {
  it('come in start order, each once', () => {
    expect(withNeeds(NEEDS, ['console'])).toEqual(['db', 'web', 'console']);
    expect(withNeeds(NEEDS, ['web', 'console', 'db'])).toEqual(['db', 'web', 'console']);
  });

  it('are found along chains of any length', () => {
    const chain = new Map(Array.from({ length: 10_000 }, (_none, i) => [`s${i}`, i === 0 ? [] : [`s${i - 1}`]]));
    expect(withNeeds(chain, ['s9999'])).toHaveLength(10_000);
  });
});

describe('named services', () => {
  it('are all when none is named, and each once', () => {
    expect(namedServices(['a', 'b'], [])).toMatchObject({ ok: true, value: ['a', 'b'] });
    expect(namedServices(['a', 'b'], ['b', 'b'])).toMatchObject({ ok: true, value: ['b'] });
  });

  it('that are not in the file are problems, all of them, with what was meant', () => {
    const found = namedServices(['web', 'db'], ['wev', 'nothing-like-it']);
    expect(found.ok ? [] : found.problems.map(({ message }) => message)).toEqual([
      'No such service: wev',
      'No such service: nothing-like-it',
    ]);
    expect(found.ok ? null : found.problems[0]?.hint).toBe('did you mean "web"?');
  });
});
