import stringWidth from 'fast-string-width'; // saves a table of how many columns each character takes
import type { Diagnostic } from '../model/diagnostic.js';

/** Columns of a source line that are shown; of a longer one a piece around the column. */
const WINDOW = 100;
/** Shown before the column when a line does not fit. */
const BEFORE = 60;
/** More than this nobody reads at once. */
const MOST = 50;

/** The problem in words: the place, the line itself with a caret under the mistake, and the hint where there is one. */
export function diagnosticToText({ severity, message, at, source, hint }: Diagnostic): string {
  const place = at ? `${at.file}:${at.line}:${at.column}: ` : '';
  const lines = [`${place}${severity}: ${message}`];
  if (at && source !== null && at.column <= source.length + 1) lines.push(...excerpt(source, at.column - 1));
  if (hint !== null) lines.push(`  hint: ${hint}`);
  return lines.map(printable).join('\n');
}

/** All of them, or the first fifty and how many more there are. */
export function diagnosticsToText(diagnostics: readonly Diagnostic[]): string {
  const shown = diagnostics.slice(0, MOST).map(diagnosticToText);
  const more = diagnostics.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}

/** The line, or the piece of it around `index`, and a caret below. */
function excerpt(source: string, index: number): readonly string[] {
  const isLong = source.length > WINDOW;
  const start = isLong ? Math.max(0, Math.min(index - BEFORE, source.length - WINDOW)) : 0;
  const end = isLong ? start + WINDOW : source.length;
  const left = start > 0 ? '…' : '';
  const right = end < source.length ? '…' : '';
  const before = left + visible(source.slice(start, index));
  const line = before + visible(source.slice(index, end)) + right;
  return line.trim() === '' ? [] : [`    ${line}`, `    ${' '.repeat(stringWidth(before))}^`];
}

/** A tab takes one column here, as it does in `Span.column`, so that the caret stands right on every terminal. */
const visible = (text: string): string => printable(text.replaceAll('\t', ' '));

/** Without what could move the cursor, ring or recolour the terminal, or turn the direction of writing. */
function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, '\uFFFD');
}

/** Control characters, halves of characters, and marks that turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
