import { split } from 'shlex'; // saves writing a shell's rules for words and quotes
import { readTextList } from '../scalars.js';
import type { Reader } from '../field-context.js';
import { quoted } from '../words.js';

/** Reads `command:` and `entrypoint:`: a list, or a line that is split as a shell would, without running one. */
export const readCommand: Reader<readonly string[]> = (value, reading) => {
  if (value.kind !== 'scalar') return readTextList(value, reading);
  try {
    return split(value.text);
  } catch {
    // shlex throws plain errors, and only for these two.
    const found = /\\$/.test(value.text) ? 'ends in a backslash' : 'has a quote that is not closed';
    return reading.problems.error(
      'bad-command',
      `${quoted(value.text)} ${found}`,
      value.at,
      'or write a list of words',
    );
  }
};
