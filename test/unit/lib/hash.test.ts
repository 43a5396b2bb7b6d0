import { describe, expect, it } from 'vitest';
import { hash64 } from '../../../src/lib/hash.js';

describe('a hash', () => {
  it('is the same for the same text, today and tomorrow: containers remember it', () => {
    expect(hash64('')).toMatch(/^[0-9a-f]{16}$/);
    expect(['', 'a', 'command: sleep 3600', 'ä€😀'].map(hash64)).toMatchInlineSnapshot(`
      [
        "26d68c067b838f61",
        "0158fa4d2b68372b",
        "1b61d948f92882b2",
        "0f4d56f297265c84",
      ]
    `);
  });

  it('differs for texts that differ little, and for the same characters in another order', () => {
    const texts = new Set<string>();
    for (let number = 0; number < 50_000; number += 1) {
      texts
        .add(`{"ports":[${number}]}`)
        .add(`{"ports":[${-number}]}`)
        .add(`["${'a'.repeat(number % 700)}",${number % 71}]`);
    }
    texts.add('ab').add('ba').add('["a","b"]').add('["b","a"]');
    const hashes = [...texts].map(hash64);
    expect(new Set(hashes).size).toBe(texts.size);
    // The short ones, of a single field, are compared within one container only.
    expect(new Set(hashes.map((hash) => hash.slice(0, 8))).size).toBeGreaterThan(texts.size * 0.9999);
  });

  it('changes about half of its bits with any one of the text', () => {
    const bits = (hex: string): string[] => Array.from(BigInt(`0x${hex}`).toString(2).padStart(64, '0'));
    let changed = 0;
    for (let number = 0; number < 1000; number += 1) {
      const [one, other] = [`KEY=value ${number}`, `KEY=value ${number ^ 1}`].map((text) => bits(hash64(text)));
      changed += (one ?? []).filter((bit, at) => bit !== other?.[at]).length;
    }
    expect(changed / 1000 / 64).toBeGreaterThan(0.45);
    expect(changed / 1000 / 64).toBeLessThan(0.55);
  });
});
