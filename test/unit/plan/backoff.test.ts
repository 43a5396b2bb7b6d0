import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/lib/units.js';
import { failuresOf, pauseAfter, pauseLeft, type LastRun } from '../../../src/plan/backoff.js';

const failed = (different: Partial<LastRun> = {}): number =>
  failuresOf({ failuresBefore: 4, exitCode: 1, outOfMemory: false, ranFor: ms(100), endedAt: 0, ...different });

describe('a run that failed at once', () => {
  it.each<[string, number, Partial<LastRun>]>([
    ['counts on', 5, {}],
    ['counts when it could not start', 5, { exitCode: null }],
    ['counts up to two seconds', 5, { ranFor: ms(1999) }],
    ['has worked after two seconds', 0, { ranFor: ms(2000) }],
    ['has not failed with 0', 0, { exitCode: 0 }],
    ['was only stopped by TERM', 0, { exitCode: 143 }],
    ['was only killed', 0, { exitCode: 137 }],
    ['has failed where memory ran out', 5, { exitCode: 137, outOfMemory: true }],
  ])('%s', (_what, failures, different) => {
    expect(failed(different)).toBe(failures);
  });
});

describe('the pause after failures', () => {
  it('grows from the second on, to a minute', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1000, Number.MAX_SAFE_INTEGER].map(
      (count) => pauseAfter(count) / 1000,
    );
    expect(pauses).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  });

  it('is shorter by what has passed, and never longer or less than nothing, whatever the clocks say', () => {
    expect(pauseLeft(ms(8000), 1000, 4000)).toBe(5000);
    expect(pauseLeft(ms(8000), 1000, 9000)).toBe(0);
    expect(pauseLeft(ms(8000), 1000, 1e12)).toBe(0);
    expect(pauseLeft(ms(8000), 1e12, 1000)).toBe(8000);
  });
});
