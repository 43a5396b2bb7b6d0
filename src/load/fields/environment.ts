import { isReservedLabel } from '../../model/names.js';
import { readNamed, readOneOrMore } from '../scalars.js';
import type { Reader } from '../field-context.js';
import { quoted } from '../words.js';
import { toRecord } from '../yaml-node.js';
import { toHostPath } from './paths.js';

/** Reads `environment:`. A name without a value takes that of tsfig's own environment, and is left out without one. */
export const readEnvironment: Reader<ReadonlyMap<string, string>> = (value, reading) => {
  const variables = new Map<string, string>();
  for (const {
    value: { name, text, isPlain },
    at,
  } of readNamed(value, reading) ?? []) {
    if (/[=\s]/.test(name)) {
      const hint = name.includes('=') ? 'write "NAME: value", or "- NAME=value" in a list' : null;
      reading.problems.error('bad-value', `${quoted(name)} is not the name of a variable`, at, hint);
      continue;
    }
    const found = text === null ? reading.setting.lookUp(name) : isPlain ? booleanInLowerCase(text) : text;
    if (found !== undefined) variables.set(name, found);
  }
  return variables;
};

const booleanInLowerCase = (text: string): string =>
  /^(?:True|TRUE|False|FALSE)$/.test(text) ? text.toLowerCase() : text;

/** Reads `args:` of a build, as `environment:`. */
export const readBuildArgs: Reader<Readonly<Record<string, string>>> = (value, reading) =>
  toRecord(readEnvironment(value, reading) ?? []);

/** Reads `env_file:`: the variables of all files, later files over earlier ones. */
export const readEnvFile: Reader<ReadonlyMap<string, string>> = (value, reading) => {
  const { problems, setting } = reading;
  const variables = new Map<string, string>();
  for (const { text, at } of readOneOrMore(value, reading) ?? []) {
    const path = toHostPath(text, at, reading);
    const found = path === undefined ? undefined : setting.envFiles.variables(path, text, at);
    setting.budget.variables -= found?.size ?? 0;
    if (setting.budget.variables < 0)
      return problems.error('too-many-values', 'the env files hold too many variables', at);
    for (const [name, text] of found ?? []) variables.set(name, text);
  }
  return variables;
};

/** Reads `labels:`; a name without a value is an empty label. */
export const readLabels: Reader<Readonly<Record<string, string>>> = (value, reading) => {
  const labels = readNamed(value, reading) ?? [];
  for (const {
    value: { name },
    at,
  } of labels.filter((label) => isReservedLabel(label.value.name))) {
    reading.problems.error(
      'reserved-label',
      `the label ${quoted(name)} is written by tsfig itself`,
      at,
      'use another name',
    );
  }
  return toRecord(labels.map(({ value: { name, text } }) => [name, text ?? ''] as const));
};

/** Reads `log_opt:`: names with texts. */
export const readTextMap: Reader<Readonly<Record<string, string>>> = (value, reading) => {
  const named = readNamed(value, reading);
  return named && toRecord(named.map(({ value: { name, text } }) => [name, text ?? ''] as const));
};
