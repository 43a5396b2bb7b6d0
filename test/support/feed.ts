/** Values for any number of readers that come at any time; a reader sees what comes after it began, or from `from` on. */
export class Feed<T> {
  readonly values: T[] = [];
  #ended = false;
  #waiting = new Set<() => void>();

  push(...values: readonly T[]): void {
    this.values.push(...values);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Positions are taken at the call, not at the first `next`, so that nothing pushed in between is missed. */
  read(from: number, signal: AbortSignal): AsyncIterable<T> {
    return this.#read(from, signal);
  }

  async *#read(from: number, signal: AbortSignal): AsyncGenerator<T, void> {
    for (let at = from; ;) {
      signal.throwIfAborted();
      const value = this.values[at];
      if (value !== undefined) {
        at += 1;
        yield value;
      } else if (this.#ended) return;
      else await this.#change(signal);
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    let wake: () => void = () => undefined;
    const changed = new Promise<void>((resolve) => {
      wake = resolve;
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
    await changed;
    this.#waiting.delete(wake);
    signal.removeEventListener('abort', wake);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
