import { TsfigError } from '../model/errors.js';
import { STOP_SIGNALS, type StopSignal } from './exit-codes.js';

/** The two wishes a user can utter by signals: stop, and stop at once. */
export interface Signals {
  readonly signal: AbortSignal;
  readonly force: AbortSignal;
  /** The first signal that came, or null. */
  readonly received: () => StopSignal | null;
  /** Stops without a signal having come, such as when nobody reads the output any more. */
  readonly stop: () => void;
  /** Stops listening. */
  readonly close: () => void;
}

/** The only listener to the process's signals: the first stops, the second forces. */
export function listenToSignals(): Signals {
  const stop = new AbortController();
  const force = new AbortController();
  let first: StopSignal | null = null;
  const interrupted = (): TsfigError => new TsfigError('interrupted', 'stopped on request');
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted) force.abort(interrupted());
    first ??= name as StopSignal;
    stop.abort(interrupted());
  };
  // What `run --once --replace` sends; it may come several times and never forces (host/socket-owner.ts).
  const onWish = (): void => {
    first ??= 'SIGTERM';
    stop.abort(interrupted());
  };
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  process.on('SIGUSR2', onWish);
  return {
    signal: stop.signal,
    force: force.signal,
    received: () => first,
    stop: () => stop.abort(interrupted()),
    close() {
      for (const name of STOP_SIGNALS) process.off(name, onSignal);
      process.off('SIGUSR2', onWish);
    },
  };
}
