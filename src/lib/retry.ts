import { pause } from './deadline.js';
import { ms, type Milliseconds } from './units.js';

interface Retrying {
  /** Whether another try may help; asked after each failure. */
  readonly worth: (error: unknown) => boolean | Promise<boolean>;
  /** No try begins later than this after the first. */
  readonly limit: Milliseconds;
  readonly signal: AbortSignal;
}

const FIRST_PAUSE = ms(20);
const LONGEST_PAUSE = ms(1000);

/**
 * Tries again with growing pauses while that is worth it and the limit is not over; then fails as the last try did.
 * An abort ends a pause with the signal's reason.
 */
export async function retry<T>(work: () => Promise<T>, { worth, limit, signal }: Retrying): Promise<T> {
  const from = performance.now();
  for (let length: number = FIRST_PAUSE; ; length = Math.min(2 * length, LONGEST_PAUSE)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() - from + length > limit || !(await worth(error))) throw error;
    }
    await pause(ms(length), signal);
  }
}
