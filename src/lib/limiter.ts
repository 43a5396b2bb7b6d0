/** Runs the work when a place is free; first those of the lowest rank, and among those first come, first served. */
export type Limiter = <T>(work: () => Promise<T>, rank?: number) => Promise<T>;

/** At most `places` pieces of work at a time. */
export function createLimiter(places: number): Limiter {
  let free = places;
  /** By rank. */
  const waiting: (() => void)[][] = [];
  const leave = (): void => {
    const next = waiting.find((queue) => queue.length > 0)?.shift();
    if (next) next();
    else free += 1;
  };
  return async (work, rank = 0) => {
    if (free > 0) free -= 1;
    else
      await new Promise<void>((resolve) => {
        while (waiting.length <= rank) waiting.push([]);
        waiting[rank]?.push(resolve);
      });
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
