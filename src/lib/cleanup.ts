import { within } from './deadline.js';
import { seconds } from './units.js';

/** How long one undo may take before it counts as failed. */
const UNDO_LIMIT = seconds(30);

/**
 * What to undo when a piece of work ends, last in first out. Each undo gets a signal of its own, because the one that
 * stopped the work is aborted already. Failures are told to `onFailure`; nothing is thrown.
 */
export class Cleanup {
  readonly #undos: ((signal: AbortSignal) => Promise<unknown>)[] = [];
  readonly #onFailure: (error: unknown) => void;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  add(undo: (signal: AbortSignal) => Promise<unknown>): void {
    this.#undos.push(undo);
  }

  /** Forgets what was added: the things made are to stay. */
  keep(): void {
    this.#undos.length = 0;
  }

  async run(): Promise<void> {
    for (let undo = this.#undos.pop(); undo; undo = this.#undos.pop()) {
      const fresh = new AbortController();
      const late = (): Error => new Error(`cleaning up took longer than ${UNDO_LIMIT / 1000} s`);
      await within(UNDO_LIMIT, late, fresh.signal, undo).catch(this.#onFailure);
    }
  }
}
