import { describe, expect, it } from 'vitest';
import { bytesToText, durationToText, durationToUnits, ms, readBytes, readDuration } from '../../../src/lib/units.js';

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['7', 7000],
    ['0.5', 500],
  ])('reads %s', (text, length) => expect(readDuration(text)).toBe(length));

  it.each(['', 's', '5x', '1m 30s', '-1s', '1e3', '5ss'])('refuses "%s"', (text) =>
    expect(readDuration(text)).toBeUndefined(),
  );

  it('is read back as it was written', () => {
    for (const length of [1, 999, 1000, 1500, 90_000]) expect(readDuration(durationToUnits(ms(length)))).toBe(length);
  });

  it('is told in words', () => {
    expect([12, 4200, 60_000, 200_000].map(durationToText)).toEqual(['12 ms', '4.2 s', '1 min 0 s', '3 min 20 s']);
  });
});

describe('a size', () => {
  it.each([
    ['512', 512],
    ['512b', 512],
    ['64k', 65_536],
    ['64kb', 65_536],
    ['1.5g', 1_610_612_736],
    ['2M', 2_097_152],
  ])('reads %s', (text, size) => expect(readBytes(text)).toBe(size));

  it.each(['', 'k', '5x', '-1', '1e3'])('refuses "%s"', (text) => expect(readBytes(text)).toBeUndefined());

  it('is told in words', () => {
    expect([17, 340_000, 12_500_000].map(bytesToText)).toEqual(['17 B', '340 kB', '12.5 MB']);
  });
});
