import path from 'node:path';
import { BadContext } from './user-file.js';

/** What a `.dockerignore` leaves out. Paths are relative to the context, with slashes. */
export interface IgnoreRules {
  ignores(path: string): boolean;
  /** May something below this ignored directory be wanted all the same? */
  mayKeepBelow(directory: string): boolean;
}

interface Rule {
  /** `!pattern`: what it matches is kept. */
  readonly keeps: boolean;
  readonly whole: RegExp;
  /** Its parts between slashes; null for `**`, which stands for any number of them. */
  readonly parts: readonly (RegExp | null)[];
}

/**
 * Reads an ignore file as the engine does: the last pattern that matches a path or a directory above it decides. Throws
 * `BadContext` for a pattern that cannot be read, with its line. Written here because @balena/dockerignore ends with a
 * SyntaxError of JavaScript's for such a pattern, and never ignores a file called `constructor`.
 * Source: moby/patternmatcher; docs.docker.com/build/concepts/context/#dockerignore-files.
 */
export function readIgnoreRules(text: string, source: string): IgnoreRules {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const rules = lines.flatMap((line, index) => {
    try {
      return readRule(line) ?? [];
    } catch (error) {
      if (error instanceof SyntaxError) throw new BadContext(`${source}:${index + 1}: bad pattern "${line.trim()}"`);
      throw error;
    }
  });
  return {
    ignores: (file) => {
      const parts = file.split('/');
      const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
      const last = rules.findLast(({ whole }) => above.some((each) => whole.test(each)));
      return last !== undefined && !last.keeps;
    },
    mayKeepBelow: (directory) => {
      const parts = directory.split('/');
      return rules.some((rule) => rule.keeps && mayMatchBelow(rule, parts));
    },
  };
}

function readRule(line: string): Rule | undefined {
  if (line.startsWith('#') || line.trim() === '') return undefined;
  const keeps = line.trim().startsWith('!');
  const written = keeps ? line.trim().slice(1).trim() : line.trim();
  if (written === '') throw new SyntaxError('nothing follows the "!"');
  const pattern = path.posix.normalize(written).replace(/^\/(?=.)|(?<=.)\/$/g, '');
  const parts = pattern.split('/').map((part) => (part.includes('**') ? null : toRegExp(part)));
  return { keeps, whole: toRegExp(pattern), parts };
}

function mayMatchBelow({ parts }: Rule, directory: readonly string[]): boolean {
  for (const [index, name] of directory.entries()) {
    const part = parts[index];
    if (part === null) return true;
    if (!part?.test(name)) return false;
  }
  return parts.length > directory.length;
}

/** What a piece of a pattern is in a regular expression: `**`, `*`, `?`, an escaped character, a class. */
const PIECES = /\*\*\/?|\*|\?|\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|[^*?[\\]/gsy;

/** Throws SyntaxError for a `[` that is not closed, an empty class, a range that runs backwards and a `\` at the end. */
function toRegExp(pattern: string): RegExp {
  let source = '';
  let read = 0;
  for (const match of pattern.matchAll(PIECES)) {
    const [piece, escaped, not = '', members] = match;
    read += piece.length;
    if (piece.startsWith('**')) source += read === pattern.length ? '.*' : '(?:.*/)?';
    else if (piece === '*') source += '[^/]*';
    else if (piece === '?') source += '[^/]';
    else if (members !== undefined) source += `[${not}${members.replaceAll('[', '\\[')}]`;
    else source += (escaped ?? piece).replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
  }
  if (read < pattern.length) throw new SyntaxError('not a pattern');
  return new RegExp(`^${source}$`, 's');
}
