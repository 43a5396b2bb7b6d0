const HIDDEN = '…';
/** What is shorter is a word like any other, and would be found in messages that have nothing to do with it. */
const SHORTEST = 4;

/**
 * Text that may be secret. However it is printed (as a string, as JSON, by `console.log`), it says `…`; only what calls the
 * engine asks for its content. `before` and `after` stand around it and may be shown, such as `KEY=`.
 */
export class Secret {
  readonly #hidden: string;
  readonly #before: string;
  readonly #after: string;

  constructor(hidden: string, { before = '', after = '' } = {}) {
    this.#hidden = hidden;
    this.#before = before;
    this.#after = after;
  }

  /** All of it. */
  reveal(): string {
    return this.#before + this.#hidden + this.#after;
  }

  /** Text of others without the secret, where that stands in it as a word. */
  hideIn(text: string): string {
    if (this.#hidden.length < SHORTEST || !text.includes(this.#hidden)) return text;
    const literal = this.#hidden.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    return text.replaceAll(new RegExp(`(?<!\\w)${literal}(?!\\w)`, 'g'), HIDDEN);
  }

  toString(): string {
    return this.#before + HIDDEN + this.#after;
  }

  toJSON(): string {
    return this.toString();
  }

  /** How Node prints it, in whatever it stands. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
