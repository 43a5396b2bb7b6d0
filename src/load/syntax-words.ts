/**
 * What is said instead of the YAML parser's own words: by what stands on the line, by its code, and for codes that mean
 * many things by its words. `column` counts from 1.
 */
export function syntaxWords(code: string, said: string, line: string, column: number): Words {
  const known =
    byLine(said, line, column) ?? BY_CODE.get(code) ?? BY_WORDS.find(([pattern]) => pattern.test(said))?.[1];
  if (known) return known;
  const first = said.split('\n')[0] ?? '';
  return [`${first.charAt(0).toLowerCase()}${first.slice(1)}`, null];
}

type Words = readonly [message: string, hint: string | null];

const INDENT_KEYS = 'indent all keys of a mapping alike';

/** The parser says where it gave up; the person forgot a space, a colon or a quote. */
function byLine(said: string, line: string, column: number): Words | undefined {
  if (/^Implicit (?:map )?keys need/.test(said)) return missingColon(line);
  if (said.startsWith('A block sequence may not')) return OUT_OF_LINE;
  if (said.startsWith('Nested mappings') && !/:\s.*:(?:\s|$)/.test(line)) {
    return ['the line below this one is indented too far', INDENT_KEYS];
  }
  if (said.startsWith('Unexpected scalar') && /["']$/.test(line.slice(0, column - 1).trimEnd())) {
    return ['text follows the closing quote', 'put quotes around all of the value, or around none of it'];
  }
  return undefined;
}

function missingColon(line: string): Words {
  const [, key, value] = /^\s*(?:- +)?([\w.-]+):(\S.*)$/.exec(line) ?? [];
  if (key !== undefined) return ['a space is missing after the ":"', `write "${key}: ${value ?? ''}"`];
  const [, word, rest = ''] = /^\s*([\w.-]+)(?:\s+(\S.*))?$/.exec(line) ?? [];
  const hint =
    word === undefined ? 'write "key: value", or "- text" in a list' : `write "${`${word}: ${rest}`.trim()}"`;
  return ['a ":" is missing', hint];
}

const BY_CODE: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['TAB_AS_INDENT', ['a tab cannot indent YAML', 'indent with spaces']],
  ['RESOURCE_EXHAUSTION', ['nested too deeply', null]],
  ['TAG_RESOLVE_FAILED', ['unknown tag', 'remove the word that begins with "!", or put the value in quotes']],
  ['BLOCK_AS_IMPLICIT_KEY', ['a second "key:" on one line', 'put the value in quotes, or start a new line']],
  ['BAD_ALIAS', ['this is not an alias', 'put the value in quotes when it begins with "*" or "&"']],
  ['UNEXPECTED_TOKEN', ['this does not belong here', 'put the value in quotes when it is text']],
  ['BAD_SCALAR_START', ['a value cannot begin so', 'put it in quotes']],
]);

const OUT_OF_LINE: Words = ['this "-" is out of line', 'indent all entries of a list alike'];

/** The words of yaml 2.9; another version's words are shown as they are. */
const BY_WORDS: readonly (readonly [RegExp, Words])[] = [
  [/^Missing closing .quote/, ['a quote is not closed', null]],
  [/end with a \]$/, ['a "[" above is not closed', 'write "]", or quotes around a string that begins with "["']],
  [/end with a \}$/, ['a "{" above is not closed', 'write "}", or quotes around a string that begins with "{"']],
  [/^All mapping items must start/, ['this key is not in line with the keys above', INDENT_KEYS]],
  [/^All sequence items must start/, OUT_OF_LINE],
];
