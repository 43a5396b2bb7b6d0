/**
 * Text that may stand in tsfig's own lines: no control character, escape sequence, line break of others or mark that turns
 * the direction of writing is in it. Only the functions of this file make it, so that the compiler finds whoever prints
 * what a container, an engine, a file or somebody else's label says as it came.
 */
export type SafeText = string & { readonly [SAFE]: true };
declare const SAFE: unique symbol;

/** Control sequences (ECMA-48: CSI) and operating system commands (xterm: OSC), such as colors and the window's title. */
const SEQUENCE =
  // eslint-disable-next-line no-control-regex -- it is about them
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c\u009d\n]*(?:\u0007|\u001b\\|\u009c)/g;
/** What ends a line or moves along it somewhere. */
const BREAK = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Other control characters, halves of characters, and marks that turn the direction of writing. */
const UNPRINTABLE = /(?![\t\n])\p{Cc}|[\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const PLAIN = /^[\u0020-\u007e]*$/;

/** Text of others as a piece of one line: escape sequences are left out, breaks are a space, what else cannot be shown is `�`. */
export function sanitize(text: string): SafeText {
  if (PLAIN.test(text)) return text as SafeText;
  return text.replaceAll(SEQUENCE, '').replaceAll(BREAK, ' ').replaceAll(UNPRINTABLE, '\uFFFD') as SafeText;
}

/** Words of ours around text of others: `` safe`Pulling ${service}` ``. */
export const safe = (words: TemplateStringsArray, ...values: readonly (string | number)[]): SafeText =>
  words.reduce((text, word, at) => text + sanitize(String(values[at - 1] ?? '')) + word) as SafeText;

/** Text of others that has lines, such as the log of a build or a file; tabs stay. */
export const sanitizeLines = (text: string): SafeText =>
  joinLines(text.split(/\r\n|\n/).map((line) => line.split('\t').map(sanitize).join('\t') as SafeText));

export const joinLines = (lines: readonly SafeText[]): SafeText => lines.join('\n') as SafeText;

export const joinSafe = (parts: readonly SafeText[]): SafeText => parts.join('') as SafeText;

/** Colors are added last: what is cut or measured has none. */
export const painted = (text: SafeText, paint: (text: string) => string): SafeText => paint(text) as SafeText;

/** What a container has written, as it has written it: its own lines are the one thing that tsfig shows unchanged. */
export const verbatim = (text: string): SafeText => text as SafeText;

/** Can text that has lines be shown as it is? */
export const isPrintable = (text: string): boolean => text.search(UNPRINTABLE) === -1;

/** Escapes that JSON and double quotes of YAML read as the same text. */
export const escapeUnprintable = (text: string): string =>
  text.replaceAll(UNPRINTABLE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** JSON that a terminal can show; `JSON.stringify` leaves some control characters as they are. */
export const jsonText = (value: unknown, indent?: number): SafeText =>
  escapeUnprintable(JSON.stringify(value, null, indent)) as SafeText;
