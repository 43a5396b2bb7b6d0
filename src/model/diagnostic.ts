/** Where something was written. Lines and columns count from 1. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing said about what a user wrote. `source` is the line itself, so that it can be shown with a caret. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly at: Span | null;
  readonly source: string | null;
  readonly hint: string | null;
}

/** What reading users' input ends with: a value, or every problem found in one run. Never thrown. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly problems: readonly Diagnostic[] };

export const good = <T>(value: T, warnings: readonly Diagnostic[] = []): Checked<T> => ({ ok: true, value, warnings });
export const bad = (problems: readonly Diagnostic[]): Checked<never> => ({ ok: false, problems });

/** A problem that has no place in a file, such as a service named on the command line. */
export const problem = (code: string, message: string, hint: string | null = null): Diagnostic => ({
  severity: 'error',
  code,
  message,
  at: null,
  source: null,
  hint,
});
