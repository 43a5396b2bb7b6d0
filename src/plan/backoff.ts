import { ms, seconds, type Milliseconds } from '../lib/units.js';

/** How the last run of a job ended, as far as its leftover tells. */
export interface LastRun {
  /** Runs that had failed at once before it, without one in between that had not. */
  readonly failuresBefore: number;
  /** Null when there never was a container. */
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  readonly ranFor: Milliseconds;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
}

/** A run that fails sooner has most likely not worked at all. */
const AT_ONCE = seconds(2);
const LONGEST_PAUSE = seconds(60);
/** Codes of a run that was told to stop: SIGHUP, SIGINT, SIGKILL, SIGTERM. */
const STOPPED: ReadonlySet<number> = new Set([129, 130, 137, 143]);

/** How many runs in a row have failed at once, the last one included; 0 when that one was well, or was only stopped. */
export function failuresOf({ failuresBefore, exitCode, outOfMemory, ranFor }: LastRun): number {
  const failed = exitCode === null || (exitCode !== 0 && (outOfMemory || !STOPPED.has(exitCode)));
  return failed && ranFor < AT_ONCE ? failuresBefore + 1 : 0;
}

/** The first failure may be bad luck; from the second on 1, 2, 4 … 60 s. */
export const pauseAfter = (failures: number): Milliseconds =>
  failures < 2 ? ms(0) : ms(Math.min(seconds(2 ** Math.min(failures - 2, 10)), LONGEST_PAUSE));

/** What is left of the pause; never more than the pause itself, even when a clock was set back meanwhile. */
export const pauseLeft = (pause: Milliseconds, endedAt: number, now: number): Milliseconds =>
  ms(Math.max(0, pause - Math.max(0, now - endedAt)));
