import { describe, expect, it } from 'vitest';
import { LogCursor, StampCutter } from '../../../src/apply/stamps.js';

const FIRST = '2026-11-20T10:00:00.999999999Z';
const SECOND = '2026-11-20T10:00:01.000000001Z';
const long = 'ü'.repeat(10_000);

/** What a cutter makes of a log that comes in pieces of this size. */
function cut(log: Buffer, size: number, keepFirst: boolean): { text: string; stamps: string[] } {
  const stamps: string[] = [];
  const cutter = new StampCutter(keepFirst, (stamp) => stamps.push(stamp));
  const kept: Uint8Array[] = [];
  for (let from = 0; from < log.length; from += size) kept.push(...cutter.push(log.subarray(from, from + size)));
  return { text: Buffer.concat([...kept, cutter.end()]).toString(), stamps };
}

describe('stamps', () => {
  const bytes = Buffer.from(long);
  const log = Buffer.concat([
    Buffer.from(`${FIRST} one\n${FIRST} ${FIRST} two\n${FIRST} \n${SECOND} `),
    ...[bytes.subarray(0, 16_384), Buffer.from(`${SECOND} `), bytes.subarray(16_384), Buffer.from('\n')],
  ]);

  it.each([1, 7, 31, 1000, 16_384, 100_000])('come off lines in pieces of %i bytes, in the middle, too', (size) => {
    expect(cut(log, size, false)).toEqual({
      text: `one\n${FIRST} two\n\n${long}\n`,
      stamps: [FIRST, FIRST, FIRST, SECOND],
    });
    expect(cut(log, size, true).text).toBe(`${FIRST} one\n${FIRST} ${FIRST} two\n${FIRST} \n${SECOND} ${long}\n`);
  });

  it('are found behind a message that is longer than it was written', () => {
    const log = Buffer.from(`${FIRST} ${'x'.repeat(16_386)}${FIRST} y\n`);
    expect(cut(log, 100, false).text).toBe(`${'x'.repeat(16_386)}y\n`);
  });

  it('lose nothing of an output that ends in the middle', () => {
    expect(cut(Buffer.from(`${FIRST} ${'x'.repeat(16_390)}`), 100, false).text).toBe('x'.repeat(16_390));
  });

  it('say where to go on, to the nanosecond', () => {
    const cursor = new LogCursor();
    expect(cursor.since).toBeNull();
    cursor.note(FIRST);
    expect(cursor.since).toBe('1795168801.000000000');
  });
});
