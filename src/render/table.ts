import { joinLines, safe, sanitize, type SafeText } from '../lib/safe-text.js';
import { padTo, widthOf, wrap } from './width.js';

const GAP = 3;
/** A column is not made narrower than this, so that a table in a tiny terminal stays readable. */
const NARROWEST = 6;

/**
 * A table as docker-compose prints it: header in the middle, a line of dashes, three spaces between columns; no spaces
 * at the ends of lines and no newline at the end. `width` is the terminal's; null: as wide as it needs to be.
 */
export function tableToText(
  columns: readonly SafeText[],
  rows: readonly (readonly SafeText[])[],
  width: number | null,
): SafeText {
  const natural = columns.map((title, column) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[column] ?? '')), widthOf(title)),
  );
  const widths = width === null ? natural : squeeze(natural, width - GAP * (columns.length - 1));
  const dashes = safe`${'-'.repeat(sum(widths) + GAP * Math.max(0, widths.length - 1))}`;
  return joinLines([
    ...rowToLines(columns, widths, centre),
    dashes,
    ...rows.flatMap((row) => rowToLines(row, widths, padTo)),
  ]);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Takes from the widest column until all fit. */
function squeeze(natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

type Align = (text: SafeText, columns: number) => SafeText;

/** The odd space stands on the right, as in docker-compose. */
const centre: Align = (text, columns) =>
  padTo(safe`${' '.repeat(Math.max(0, Math.floor((columns - widthOf(text)) / 2)))}${text}`, columns);

function rowToLines(cells: readonly SafeText[], widths: readonly number[], align: Align): SafeText[] {
  const wrapped = widths.map((width, column) => wrap(cells[column] ?? safe``, width));
  const height = Math.max(...wrapped.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    trimmed(widths.map((width, column) => align(wrapped[column]?.[line] ?? safe``, width))),
  );
}

const trimmed = (cells: readonly SafeText[]): SafeText => sanitize(cells.join(' '.repeat(GAP)).trimEnd());
