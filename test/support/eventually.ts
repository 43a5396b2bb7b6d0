import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks, in milliseconds. */
const PAUSE = 100;

/** The value once there is one; rejects after `limit` milliseconds. For what tells nobody that it has changed. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  what: string,
  limit = 20_000,
): Promise<T> {
  const until = performance.now() + limit;
  while (performance.now() < until) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(PAUSE);
  }
  throw new Error(`not within ${limit} ms: ${what}`);
}

/** Signals of one moment are one wish (half a second, decisions 9): after this, one more is a second wish. */
export const untilNextWish = (): Promise<void> => pause(600);
