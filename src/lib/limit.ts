/** Runs the work when a place is free; first come, first served. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `places` pieces of work at a time. */
export function limit(places: number): Limit {
  let free = places;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
