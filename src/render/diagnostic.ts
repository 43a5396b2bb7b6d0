import stringWidth from 'fast-string-width'; // saves a table of how many columns each character takes
import { joinLines, safe, sanitize, type SafeText } from '../lib/safe-text.js';
import type { Diagnostic } from '../model/diagnostic.js';

/** Columns of a source line that are shown; of a longer one a piece around the column. */
const WINDOW = 100;
/** Shown before the column when a line does not fit. */
const BEFORE = 60;
/** More than this nobody reads at once. */
const MOST = 50;

/** The problem in words: the place, the line itself with a caret under the mistake, and the hint where there is one. */
export function diagnosticToText({ severity, message, at, source, hint }: Diagnostic): SafeText {
  const place = at ? `${at.file}:${at.line}:${at.column}: ` : '';
  const lines = [safe`${place}${severity}: ${message}`];
  if (at && source !== null && at.column <= source.length + 1) lines.push(...excerpt(source, at.column - 1));
  if (hint !== null) lines.push(safe`  hint: ${hint}`);
  return joinLines(lines);
}

/** All of them, or the first fifty and how many more there are. */
export function diagnosticsToText(diagnostics: readonly Diagnostic[]): SafeText {
  const shown = diagnostics.slice(0, MOST).map(diagnosticToText);
  const more = diagnostics.length - shown.length;
  return joinLines([...shown, ...(more > 0 ? [safe`… and ${more} more`] : [])]);
}

/** The line, or the piece of it around `index`, and a caret below. */
function excerpt(source: string, index: number): readonly SafeText[] {
  const isLong = source.length > WINDOW;
  const start = isLong ? Math.max(0, Math.min(index - BEFORE, source.length - WINDOW)) : 0;
  const end = isLong ? start + WINDOW : source.length;
  const left = start > 0 ? '…' : '';
  const right = end < source.length ? '…' : '';
  const before = left + sanitizeSource(source.slice(start, index));
  const line = before + sanitizeSource(source.slice(index, end)) + right;
  return line.trim() === '' ? [] : [safe`    ${line}`, safe`    ${' '.repeat(stringWidth(before))}^`];
}

/** A tab takes one column here, as it does in `Span.column`, so that the caret stands right on every terminal. */
const sanitizeSource = (text: string): SafeText => sanitize(text.replaceAll('\t', ' '));
