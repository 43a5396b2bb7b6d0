import type { Reader, FieldContext } from './field-context.js';
import { quoted } from './words.js';
import { UNREADABLE, type Located, type YamlNode, type YamlMap, type YamlScalar } from './yaml-node.js';

/** Readers of the plain shapes: text, booleans, numbers, lists of text, names with values. */

const isText = (value: YamlNode): value is YamlScalar => value.kind === 'scalar' && !value.isNull;

/** The scalar itself, for readers that say more about it. */
export function readScalar(value: YamlNode, { key, problems }: FieldContext): YamlScalar | undefined {
  if (value.kind === 'scalar' && !value.isNull) return value;
  const found = { scalar: 'empty', list: 'a list', map: 'a mapping' }[value.kind];
  return problems.error('bad-value', `"${key}" must be text, not ${found}`, value.at);
}

/** Any text but an empty one, which means "as if it were not written". */
export const readText: Reader<string> = (value, reading) => readScalar(value, reading)?.text || undefined;

/** Text that `pattern` knows. `what` completes "… is not". */
export const textLike =
  (pattern: RegExp, what: string, hint: string | null = null): Reader<string> =>
  (value, reading) => {
    const text = readText(value, reading);
    if (text === undefined || pattern.test(text)) return text;
    return reading.problems.error('bad-value', `${quoted(text)} is not ${what}`, value.at, hint);
  };

/** YAML 1.1 knew all of these, and fig files were written for it. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
]);

export const readBoolean: Reader<boolean> = (value, reading) => {
  const scalar = readScalar(value, reading);
  if (!scalar) return undefined;
  const found = BOOLEANS.get(scalar.text.toLowerCase());
  if (found !== undefined) return found;
  return reading.problems.error(
    'bad-value',
    `"${reading.key}" must be true or false, not ${quoted(scalar.text)}`,
    value.at,
  );
};

/** A whole number that is not less than `least`. */
export const wholeNumber =
  (least: number): Reader<number> =>
  (value, reading) => {
    const scalar = readScalar(value, reading);
    if (!scalar) return undefined;
    const found = /^[+-]?\d+$/.test(scalar.text) ? Number(scalar.text) : Number.NaN;
    if (Number.isSafeInteger(found) && found >= least) return found;
    const message = `"${reading.key}" must be a whole number from ${least} on, not ${quoted(scalar.text)}`;
    return reading.problems.error('bad-value', message, value.at);
  };

/** The texts of a list; what is no text among them is told and left out. */
export function readItems(value: YamlNode, reading: FieldContext): readonly YamlScalar[] | undefined {
  const { key, problems } = reading;
  if (value.kind === 'list') return value.items.filter((item) => isText(item) || tellItem(item, reading));
  if (value.kind === 'map') return problems.error('bad-value', `"${key}" must be a list, not a mapping`, value.at);
  return problems.error('bad-value', `"${key}" must be a list, not text`, value.at, listHint(value.text, key));
}

/** What is folded into one text may have been meant as several lines. */
function listHint(text: string, key: string): string {
  const [first = ''] = text.replace(/^-/, '').split(/\s/);
  if (/^-\S/.test(text)) return `a space is missing after the "-": write ${quoted(`- ${first}`)}`;
  return `write ${quoted(`- ${first}`)} on a line of its own below "${key}:"`;
}

function tellItem(item: YamlNode, { key, problems }: FieldContext): item is never {
  const [first] = item.kind === 'map' ? item.entries.values() : [];
  if (item.kind === 'scalar') {
    problems.error('bad-value', `an entry of "${key}" is empty`, item.at, 'remove it, or write ""');
  } else if (item.kind === 'map' && item.entries.size === 1 && first?.value.kind === 'scalar') {
    const hint = `a colon and a space make a mapping: write "${first.key}${joint(key)}${first.value.text}"`;
    problems.error('bad-value', `an entry of "${key}" must be text, not a mapping`, item.at, hint);
  } else {
    const found = item.kind === 'list' ? 'list' : 'mapping';
    const hint = found === 'mapping' ? 'tsfig reads the short form only' : null;
    problems.error('bad-value', `an entry of "${key}" must be text, not a ${found}`, item.at, hint);
  }
  return false;
}

const joint = (key: string): string => (key === 'environment' || key === 'labels' || key === 'args' ? '=' : ':');

export const readTextList: Reader<readonly string[]> = (value, reading) =>
  readItems(value, reading)?.map(({ text }) => text);

/** As `readItems`, where a bare text is a list of one. */
export const readOneOrMore = (value: YamlNode, reading: FieldContext): readonly YamlScalar[] | undefined =>
  isText(value) ? (value.text === '' ? [] : [value]) : readItems(value, reading);

export const readTextOrList: Reader<readonly string[]> = (value, reading) =>
  readOneOrMore(value, reading)?.map(({ text }) => text);

/** A name with a text, or with none where only the name was written (`K`, `K:`). */
export interface Named {
  readonly name: string;
  readonly text: string | null;
  readonly isPlain: boolean;
}

/** A mapping of names to texts, or a list of `NAME=text` split at the first `=`. */
export function readNamed(value: YamlNode, reading: FieldContext): readonly Located<Named>[] | undefined {
  if (value.kind === 'map') return readNamedMap(value, reading);
  const items = value.kind === 'list' ? readItems(value, reading) : undefined;
  if (!items) {
    const isDash = value.kind === 'scalar' && /^-\S/.test(value.text);
    const hint = isDash
      ? listHint(value.text, reading.key)
      : 'write a mapping "NAME: value" or a list of "- NAME=value"';
    return reading.problems.error('bad-value', `"${reading.key}" must be a mapping or a list`, value.at, hint);
  }
  return items.flatMap((item) => {
    const cut = item.text.indexOf('=');
    const name = cut === -1 ? item.text : item.text.slice(0, cut);
    if (name === '') {
      return reading.problems.error('bad-value', `${quoted(item.text)} has no name`, item.at, 'write NAME=value') ?? [];
    }
    return { value: { name, text: cut === -1 ? null : item.text.slice(cut + 1), isPlain: false }, at: item.at };
  });
}

function readNamedMap(map: YamlMap, reading: FieldContext): readonly Located<Named>[] {
  return [...map.entries.values()].flatMap(({ key, at, value }) => {
    if (value === UNREADABLE) return [];
    if (value.kind === 'scalar') {
      return { value: { name: key, text: value.isNull ? null : value.text, isPlain: value.isPlain }, at };
    }
    return reading.problems.error('bad-value', `the value of ${quoted(key)} must be text`, value.at) ?? [];
  });
}
