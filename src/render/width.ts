import stringWidth from 'fast-string-width'; // saves the tables of wide and combining characters

/** Made when it is needed: making one costs 8 ms, which a start that cuts nothing should not pay. */
const graphemesOf = (text: string): Iterable<{ readonly segment: string }> =>
  new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text);
const PRINTABLE_ASCII = /^[\u0020-\u007e]*$/;

/** Columns of a terminal that the text takes; colours take none. */
export const widthOf = (text: string): number => (PRINTABLE_ASCII.test(text) ? text.length : stringWidth(text));

/** The longest beginning of the text that fits, never cutting a character in two. The text is without colours. */
export function cutTo<T extends string>(text: T, columns: number): T {
  if (widthOf(text) <= columns) return text;
  if (PRINTABLE_ASCII.test(text)) return text.slice(0, Math.max(0, columns)) as T;
  let kept = '';
  let width = 0;
  for (const { segment } of graphemesOf(text)) {
    width += stringWidth(segment);
    if (width > columns) break;
    kept += segment;
  }
  return kept as T;
}

/** As `cutTo`, with an ellipsis where something was cut off. */
export const shorten = <T extends string>(text: T, columns: number): T =>
  widthOf(text) <= columns ? text : ((columns < 1 ? '' : `${cutTo(text, columns - 1)}…`) as T);

/** Filled up with spaces on the right. */
export const padTo = <T extends string>(text: T, columns: number): T =>
  (text + ' '.repeat(Math.max(0, columns - widthOf(text)))) as T;

/** The text in lines that fit, cut at spaces where there are some. At least one line, which may be empty. */
export function wrap<T extends string>(text: T, columns: number): T[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (widthOf(line) > columns) {
      // A character wider than the column still has to go somewhere.
      const piece = cutTo(line, columns) || firstCharacter(line);
      lines.push(piece);
      line = line.slice(piece.length);
    }
  }
  return [...lines, line] as T[];
}

const firstCharacter = (text: string): string => [...graphemesOf(text)][0]?.segment ?? text;
