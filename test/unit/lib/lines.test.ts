import { describe, expect, it } from 'vitest';
import { LineCutter } from '../../../src/lib/lines.js';

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
});
