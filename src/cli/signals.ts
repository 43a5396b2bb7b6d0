import { ms, seconds } from '../lib/units.js';
import { TsfigError } from '../model/errors.js';
import { STOP_SIGNALS, type StopSignal } from './exit-codes.js';

/** The wishes a user can utter by signals: stop, stop at once, and leave whatever becomes of it. */
export interface Signals {
  readonly signal: AbortSignal;
  readonly force: AbortSignal;
  /** Aborts when tsfig is to end now, whatever it still waits for. */
  readonly leave: AbortSignal;
  /** The first signal that came, or null. */
  readonly received: () => StopSignal | null;
  /** Stops without a signal having come, such as when nobody reads the output any more. */
  readonly stop: () => void;
  /** Stops listening. */
  readonly close: () => void;
}

/**
 * Signals of one moment are one wish: a terminal that closes delivers SIGHUP twice within a millisecond, a shell and npm
 * pass on the same Ctrl-C, and runit and systemd may send SIGHUP after SIGTERM.
 */
const ONE_MOMENT = ms(500);
/** How long what the second wish asks for may take: an engine that does not answer must keep nobody here. */
const LEAVE_AFTER = seconds(2.5);

/** Counts wishes, not signals. SIGHUP can be the first; only SIGINT and SIGTERM insist. */
export class WishCounter {
  #wishes = 0;
  #lastAt = 0;

  /** The number of the wish that this signal is, from 1; null: it is part of the one before. `at` in milliseconds. */
  next(name: StopSignal, at: number): number | null {
    if (this.#wishes > 0 && (name === 'SIGHUP' || at - this.#lastAt < ONE_MOMENT)) return null;
    this.#lastAt = at;
    return (this.#wishes += 1);
  }
}

/** The only listener to the process's signals: the first wish stops, the second forces, the third leaves. */
export function listenToSignals(): Signals {
  const [stop, force, leave] = [new AbortController(), new AbortController(), new AbortController()];
  const wishes = new WishCounter();
  let first: StopSignal | null = null;
  let timer: NodeJS.Timeout | undefined;
  const interrupted = (): TsfigError => new TsfigError('interrupted', 'stopped on request');
  const onSignal = (name: NodeJS.Signals): void => {
    const wish = wishes.next(name as StopSignal, performance.now());
    first ??= name as StopSignal;
    stop.abort(interrupted());
    if (wish === 2) {
      timer = setTimeout(() => leave.abort(interrupted()), LEAVE_AFTER);
      force.abort(interrupted());
    }
    if (wish === 3) leave.abort(interrupted());
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
    leave: leave.signal,
    received: () => first,
    stop: () => stop.abort(interrupted()),
    close() {
      clearTimeout(timer);
      for (const name of STOP_SIGNALS) process.off(name, onSignal);
      process.off('SIGUSR2', onWish);
    },
  };
}
