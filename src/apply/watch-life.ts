import { isAsideName } from '../model/names.js';
import type { ContainerWatch } from './step-dependencies.js';
import { LifecycleTracker } from './lifecycle.js';

/** A container's life with somebody who waits for its news. To be closed. */
export class LifeWatch {
  readonly life: LifecycleTracker;
  readonly #listeners = new Set<() => void>();
  readonly #stop: () => void;

  /** `countsAll` as of `LifecycleTracker`. */
  constructor(watch: ContainerWatch, container: string, countsAll: boolean) {
    this.life = new LifecycleTracker(countsAll);
    this.#stop = watch.listen((news) => {
      if (news.kind === 'renamed' && news.container.startsWith(container) && isAsideName(news.container, container))
        this.life.onReplaced(news.at);
      if (news.container !== container) return;
      this.life.onEvent(news);
      this.wake();
    });
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
        if (!this.life.hasStartedAgain && !signals.some(({ aborted }) => aborted)) return;
        this.#listeners.delete(look);
        for (const signal of signals) signal.removeEventListener('abort', look);
        resolve(this.life.hasStartedAgain);
      };
      this.#listeners.add(look);
      for (const signal of signals) signal.addEventListener('abort', look);
      look();
    });
  }

  /** Ends the waits for news, so that whoever waits looks. */
  wake(): void {
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    this.#stop();
  }
}
