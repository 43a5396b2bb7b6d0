/** An answer that was asked for before it is known whether it is wanted. */
export interface Early<T> {
  /** Rejects as the question does; dropped, with nobody to hear of it. */
  readonly answer: Promise<T>;
  /** Nobody wants it any more, so that nothing waits for it. Harmless when it has come. */
  drop(): void;
}

/** Turns of the event loop in which Node opens a socket and sends a request by it: connected in one, written in the next. */
const TURNS_TO_SEND = 2;

/**
 * Asks, and resolves when the question is on its way: the engine then works while the file is read. Only for questions that
 * change nothing, because the file may be wrong.
 */
export async function prefetch<T>(ask: (signal: AbortSignal) => Promise<T>, parent: AbortSignal): Promise<Early<T>> {
  const own = new AbortController();
  const onAbort = (): void => own.abort(parent.reason);
  if (parent.aborted) onAbort();
  parent.addEventListener('abort', onAbort, { once: true });
  const answer = ask(own.signal).finally(() => parent.removeEventListener('abort', onAbort));
  answer.catch(() => undefined);
  for (let turn = 0; turn < TURNS_TO_SEND; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
  return { answer, drop: () => own.abort() };
}
