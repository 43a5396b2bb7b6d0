import type { Milliseconds } from './units.js';

/**
 * Runs `work` with a signal that aborts when `limit` is over or when `parent` aborts, and rejects with `late()` or with
 * the parent's reason. Lets go of the parent afterwards: a plain listener, because AbortSignal.any keeps what it
 * combined alive for as long as the parent lives (nodejs/node 54614).
 */
export async function withTimeout<T>(
  limit: Milliseconds,
  late: () => Error,
  parent: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(parent.reason);
  if (parent.aborted) onAbort();
  parent.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => controller.abort(late()), limit);
  try {
    return await raceAbort(work(controller.signal), controller.signal);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener('abort', onAbort);
    controller.abort();
  }
}

/** The promise, or the signal's reason if that aborts first. The promise's own late failure is then dropped. */
export async function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The promise; once the signal has aborted only for as long as `patience`, then its reason. */
export async function withGrace<T>(promise: Promise<T>, patience: Milliseconds, signal: AbortSignal): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => controller.abort(signal.reason), patience);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await raceAbort(promise, controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Resolves after this long; rejects with the signal's reason when that aborts first. */
export async function pause(length: Milliseconds, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, length)));
  try {
    await raceAbort(over, signal);
  } finally {
    clearTimeout(timer);
  }
}
