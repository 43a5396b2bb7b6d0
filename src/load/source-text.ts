import type { Span } from '../model/diagnostic.js';

/** Longest piece of a line that goes into a diagnostic; a file can be one line of megabytes. */
const LONGEST_LINE = 10_000;

/** The text of a file, and where its lines begin. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly #starts: number[] = [0];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  /** The place of the character at `offset`, counted in UTF-16 units from 0. */
  spanAt(offset: number): Span {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { file: this.file, line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  /** The text of a line counted from 1, cut when it is very long; null when there is no such line. */
  line(line: number): string | null {
    const start = this.#starts[line - 1];
    if (start === undefined) return null;
    const end = (this.#starts[line] ?? this.text.length + 1) - 1;
    return this.text.slice(start, Math.min(end, start + LONGEST_LINE)).replace(/\r$/, '');
  }
}
