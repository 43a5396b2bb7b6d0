import type { Diagnostic, Span } from '../model/diagnostic.js';
import { bracedExpander, type Expand } from './interpolate.js';
import type { LookUp } from './look-up.js';
import { Problems } from './problems.js';

/** A statement from the beginning of a line on: a name, then a value in single quotes, in double quotes (both may span lines) or bare. */
const STATEMENT =
  /[^\S\n]*(?:export[^\S\n]+)?(?<name>[\p{L}\p{N}_.[\]-]+)[^\S\n]*(?:[=:][^\S\n]*(?:'(?<single>(?:\\'|[^'])*)'|"(?<double>(?:[^"\\]|\\[^])*)"|(?<bare>(?!['"])[^\n]*))|(?=\n|$))/uy;
const NOTHING = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const LINE = /[^\n]*(?:\n|$)/y;

interface DotEnv {
  readonly variables: ReadonlyMap<string, string>;
  /** Warnings: what is wrong in a line concerns that line alone. */
  readonly problems: readonly Diagnostic[];
}

interface Around {
  /** As diagnostics show it. */
  readonly file: string;
  /** Wins over what the file itself says above, in `${NAME}`. */
  readonly lookUp: LookUp;
}

/**
 * Reads a `.env` file: `NAME=value`, `export NAME=value`, `#` comments, quotes as in a shell. `${NAME}` and its forms with
 * defaults are replaced, but not in single quotes; `$NAME` and `$$` stay. The last value of a name wins. A name alone says
 * nothing that the shell does not say.
 */
export function readDotEnv(text: string, { file, lookUp }: Around): DotEnv {
  const clean = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const problems = new Problems(() => null); // the lines hold secrets
  const variables = new Map<string, string>();
  if (clean.includes('\0')) problems.error('bad-env-file', 'this is not a text file', { file, line: 1, column: 1 });
  const expand = bracedExpander((name) => lookUp(name) ?? variables.get(name), problems);
  let line = 1;
  for (let at = problems.hasErrors ? clean.length : 0; at < clean.length;) {
    const start: Span = { file, line, column: 1 };
    const end = skip(NOTHING, clean, at) ?? readStatement(clean, at, { start, variables, problems, expand });
    line += clean.slice(at, end).split('\n').length - 1;
    at = end;
  }
  return { variables, problems: problems.inOrder(file).map((said) => ({ ...said, severity: 'warning' as const })) };
}

interface Work {
  readonly start: Span;
  readonly variables: Map<string, string>;
  readonly problems: Problems;
  readonly expand: Expand;
}

/** Gives the index of the next line. */
function readStatement(text: string, at: number, { start, variables, problems, expand }: Work): number {
  STATEMENT.lastIndex = at;
  const found = STATEMENT.exec(text);
  if (!found) {
    problems.error('bad-env-file', 'this line says nothing and is left out', start, 'write NAME=value; close quotes');
    return skip(LINE, text, at) ?? text.length;
  }
  const { name = '', single, double, bare } = found.groups ?? {};
  const end = at + found[0].length;
  const written = bare === undefined ? double && unescaped(double) : withoutComment(bare);
  const value =
    single?.replaceAll("\\'", "'") ?? (written === undefined ? undefined : (expand(written, () => start) ?? written));
  if (value !== undefined) variables.set(name, value.replaceAll(DOLLAR, '$'));
  const next = skip(NOTHING, text, end);
  if (next !== undefined) return next;
  problems.error('bad-env-file', 'what follows the closing quote is left out', start);
  return skip(LINE, text, end) ?? text.length;
}

function skip(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Stands for a dollar sign that begins no variable until the variables are replaced. No file of text holds one. */
const DOLLAR = '\0';
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: DOLLAR };

const unescaped = (text: string): string =>
  text.replace(/\\([nrt"\\$])/g, (_, letter: string) => ESCAPES[letter] ?? '');

const withoutComment = (text: string): string => (text.startsWith('#') ? '' : text.replace(/\s#.*$/, '').trim());

/** One line of an env file that says something: `text` is null where only the name was written. */
export interface EnvLine {
  readonly line: number;
  readonly name: string;
  readonly text: string | null;
}

/**
 * Reads the lines of an `env_file` as fig and docker-compose 1.x did: trimmed, blank and `#` lines skipped, split at
 * the first `=`, quotes kept as they are.
 */
export function readEnvLines(text: string): readonly EnvLine[] {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  return lines.flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const cut = line.indexOf('=');
    const name = cut === -1 ? line : line.slice(0, cut);
    return { line: index + 1, name, text: cut === -1 ? null : line.slice(cut + 1) };
  });
}
