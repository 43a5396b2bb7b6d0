import { toRecord } from './written.js';

/** One assignment: a name, then a value in single quotes, in double quotes (both may span lines) or bare. */
const ASSIGNMENT =
  /^[^\S\n]*(?:export[^\S\n]+)?(?<name>[\w.-]+)[^\S\n]*=[^\S\n]*(?:'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\[^])*)"|(?<bare>[^\n]*))/gm;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

/**
 * Reads a `.env` file: `NAME=value`, `export NAME=value`, `#` comments, quotes as in a shell but without variables.
 * The last value of a name wins; lines that are none of these are skipped.
 */
export function readDotEnv(text: string): Record<string, string> {
  const clean = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  return toRecord(
    [...clean.matchAll(ASSIGNMENT)].map(({ groups = {} }) => {
      const { name = '', single, double, bare = '' } = groups;
      return [name, single ?? (double === undefined ? withoutComment(bare) : unescaped(double))] as const;
    }),
  );
}

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
