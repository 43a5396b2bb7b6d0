import { describe, expect, it } from 'vitest';
import { LineCutter } from '../../../src/lib/lines.js';
import { seeded } from '../../support/random.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('a line cutter', () => {
  it('gives whole lines, whatever pieces they come in', () => {
    const cutter = new LineCutter(100);
    expect(cutter.push(bytes('abc\ndef\nghi'))).toEqual(['abc', 'def']);
    expect(cutter.push(bytes('j'))).toEqual([]);
    expect(cutter.push(bytes('\n\nk'))).toEqual(['ghij', '']);
    expect(cutter.end()).toBe('k');
    expect(cutter.end()).toBeUndefined();
  });

  it('keeps a character whole that is split between two pieces', () => {
    const whole = Buffer.from('größe €\n');
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const cutter = new LineCutter(100);
      expect([...cutter.push(whole.subarray(0, cut)), ...cutter.push(whole.subarray(cut))]).toEqual(['größe €']);
    }
  });

  it('gives a line that is too long in pieces, cut between characters', () => {
    const cutter = new LineCutter(4);
    expect(cutter.push(bytes('abc€def'))).toEqual(['abc', '€d']);
    expect(cutter.end()).toBe('ef');
  });

  it('keeps no more than the longest line, whatever comes', () => {
    const cutter = new LineCutter(1000);
    const pieces = Array.from({ length: 100 }, () => cutter.push(Buffer.alloc(999, 'x')));
    expect(pieces.flat().join('').length + (cutter.end()?.length ?? 0)).toBe(99_900);
  });

  it('replaces bytes that are not UTF-8 and goes on', () => {
    expect(new LineCutter(100).push(Uint8Array.of(0xff, 0x61, 0x0a))).toEqual(['\ufffda']);
  });

  it('decodes lines that come together as it would one by one, whatever the bytes', () => {
    const random = seeded(7);
    const some = [0x0a, 0x0d, 0x61, 0x80, 0xbf, 0xc3, 0xe2, 0x82, 0xac, 0xed, 0xf0, 0x9f, 0xff, 0xef, 0xbb];
    for (let turn = 0; turn < 500; turn += 1) {
      const whole = Uint8Array.from({ length: 60 }, () => some[Math.floor(random() * some.length)] ?? 0);
      const together = new LineCutter(100);
      const single = new LineCutter(100);
      const lines = [...whole].flatMap((byte) => single.push(Uint8Array.of(byte)));
      expect(together.push(whole)).toEqual(lines);
      expect(together.end()).toEqual(single.end());
    }
  });

  it('takes as many lines at once as a piece has', () => {
    expect(new LineCutter(100).push(Buffer.alloc(1_000_000, '\n'))).toHaveLength(1_000_000);
  });
});
