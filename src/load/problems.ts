import type { Diagnostic, Span } from '../model/diagnostic.js';

/** More than anybody reads; keeps memory and time bounded for a file that is wrong a million times. */
const MOST = 1000;

/** Collects everything said about one file, so that one run reports all of it. */
export class Problems {
  readonly #list: Diagnostic[] = [];
  readonly #sourceLine: (line: number) => string | null;
  readonly #told = new Set<string>();
  #errors = 0;

  constructor(sourceLine: (line: number) => string | null) {
    this.#sourceLine = sourceLine;
  }

  /** Always undefined, typed as what the caller would have read, so that a reader can end with it. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- plain undefined counts as void there
  error<T>(code: string, message: string, at: Span, hint: string | null = null): T | undefined {
    this.#tell({ severity: 'error', code, message, at, hint });
    return undefined;
  }

  warning(code: string, message: string, at: Span, hint: string | null = null): void {
    this.#tell({ severity: 'warning', code, message, at, hint });
  }

  /** For what stands in another file, or in none. */
  add(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'error') this.#errors += 1;
    if (!this.isFull) this.#list.push(diagnostic);
  }

  /** What several services share through an alias is told once. */
  #tell(said: Omit<Diagnostic, 'source'> & { readonly at: Span }): void {
    const key = `${said.at.line}:${said.at.column}:${said.message}`;
    if (this.#told.has(key)) return;
    if (!this.isFull) this.#told.add(key);
    this.add({ ...said, source: this.isFull ? null : this.#sourceLine(said.at.line) });
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** When it is full there is no use in looking further. */
  get isFull(): boolean {
    return this.#list.length >= MOST;
  }

  /** In the order of the file; what has no place, or stands in another file, comes last. */
  inOrder(file: string): readonly Diagnostic[] {
    const rank = ({ at }: Diagnostic): number => (at?.file === file ? at.line : Number.MAX_SAFE_INTEGER);
    return this.#list.toSorted((a, b) => rank(a) - rank(b) || (a.at?.column ?? 0) - (b.at?.column ?? 0));
  }
}
