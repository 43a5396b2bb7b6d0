/** What is said instead of the YAML parser's own words, by its code; for codes that mean many things, by its words. */
export function syntaxWords(code: string, said: string): readonly [message: string, hint: string | null] {
  const known = BY_CODE.get(code) ?? BY_WORDS.find(([pattern]) => pattern.test(said))?.[1];
  if (known) return known;
  const first = said.split('\n')[0] ?? '';
  return [`${first.charAt(0).toLowerCase()}${first.slice(1)}`, null];
}

type Words = readonly [message: string, hint: string | null];

const BY_CODE: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['TAB_AS_INDENT', ['a tab cannot indent YAML', 'indent with spaces']],
  ['RESOURCE_EXHAUSTION', ['nested too deeply', null]],
  ['TAG_RESOLVE_FAILED', ['unknown tag', 'remove the word that begins with "!", or put the value in quotes']],
  ['BLOCK_AS_IMPLICIT_KEY', ['a second "key:" on one line', 'put the value in quotes, or start a new line']],
  ['BAD_ALIAS', ['this is not an alias', 'put the value in quotes when it begins with "*" or "&"']],
  ['UNEXPECTED_TOKEN', ['this does not belong here', 'put the value in quotes when it is text']],
  ['BAD_SCALAR_START', ['a value cannot begin so', 'put it in quotes']],
]);

/** The words of yaml 2.9; another version's words are shown as they are. */
const BY_WORDS: readonly (readonly [RegExp, Words])[] = [
  [/^Missing closing .quote/, ['a quote is not closed', null]],
  [/end with a \]$/, ['a "[" above is not closed', 'write "]", or quotes around a text that begins with "["']],
  [/end with a \}$/, ['a "{" above is not closed', 'write "}", or quotes around a text that begins with "{"']],
  [/^Implicit map keys need/, ['a ":" is missing', 'write "key: value", or "- text" in a list']],
  [
    /^All mapping items must start/,
    ['this key is not in line with the keys above', 'indent all keys of a mapping alike'],
  ],
  [
    /^All sequence items must start|^A block sequence may not/,
    ['this "-" is out of line', 'indent all entries of a list alike'],
  ],
];
