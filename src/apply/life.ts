import { isAsideName } from '../model/names.js';
import type { ContainerNews, ContainerWatch } from './hands.js';

/** What is known of a container's deaths and rebirths. */
export class Life {
  /** The first death that was heard of, or the moment when another container took the name; in seconds since the epoch. */
  diedAt: string | null = null;
  exitCode = 0;
  /** Somebody sent it a signal in this life or is replacing it, so that a start may follow its end. */
  wasTouched = false;
  /** It is known to have run. */
  hasRun: boolean;
  #starts = 0;
  #startsRead = 0;
  readonly #countsAll: boolean;
  readonly #listeners = new Set<() => void>();
  readonly #stop: () => void;

  /** `isBorn`: any start is one more; otherwise the first that is heard of belongs to the life that is known already. */
  constructor(watch: ContainerWatch, container: string, isBorn: boolean) {
    this.#countsAll = isBorn;
    this.hasRun = isBorn;
    this.#stop = watch.listen((news) => {
      if (news.container === container) this.#hear(news);
      if (news.kind === 'renamed' && news.container.startsWith(container) && isAsideName(news.container, container))
        this.#hearOfReplacement(news);
    });
  }

  /** It was started after what was read began to be read. */
  get hasStartedAgain(): boolean {
    return this.#starts > this.#startsRead;
  }

  /** To be told just before reading begins, so that a start in between counts as one more. */
  beginReading(): void {
    this.#startsRead = this.#starts;
  }

  /** Resolves with the next news of any kind. To be asked for before looking, so that nothing falls between. */
  nextNews(): Promise<void> {
    return new Promise((resolve) => {
      const tell = (): void => {
        this.#listeners.delete(tell);
        resolve();
      };
      this.#listeners.add(tell);
    });
  }

  /** Whether it is started again before one of these signals aborts. */
  startsBefore(signals: readonly AbortSignal[]): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.hasStartedAgain && !signals.some(({ aborted }) => aborted)) return;
        this.#listeners.delete(look);
        for (const signal of signals) signal.removeEventListener('abort', look);
        resolve(this.hasStartedAgain);
      };
      this.#listeners.add(look);
      for (const signal of signals) signal.addEventListener('abort', look);
      look();
    });
  }

  close(): void {
    this.#stop();
  }

  #hearOfReplacement({ at }: ContainerNews): void {
    this.diedAt ??= at;
    this.wasTouched = true;
  }

  #hear({ kind, at, exitCode }: ContainerNews): void {
    if (kind === 'started' || kind === 'died') this.hasRun = true;
    if (kind === 'signalled') this.wasTouched = true;
    if (kind === 'died') {
      this.diedAt ??= at;
      this.exitCode = exitCode ?? this.exitCode;
    }
    if (kind === 'started' && (this.#countsAll || this.diedAt !== null)) {
      this.#starts += 1;
      this.wasTouched = false;
    }
    for (const listener of this.#listeners) listener();
  }
}
