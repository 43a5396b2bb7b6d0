import { didYouMean } from '../../lib/did-you-mean.js';
import type { Reader, FieldContext } from '../field-context.js';
import { oneOf, quoted } from '../words.js';
import { UNREADABLE, isNull, type YamlMap } from '../yaml-node.js';

type Values<R extends Readonly<Record<string, Reader<unknown>>>> = {
  readonly [K in keyof R]?: NonNullable<ReturnType<R[K]>>;
};

/** Reads the keys of a mapping inside of a service, each with its reader; other keys are told. */
export function readParts<R extends Readonly<Record<string, Reader<unknown>>>>(
  map: YamlMap,
  reading: FieldContext,
  readers: R,
): Values<R> {
  const found: Record<string, unknown> = {};
  for (const { key, at, value } of map.entries.values()) {
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (!reader) {
      const known = Object.keys(readers);
      const near = didYouMean(key, known);
      const hint = near === undefined ? `the keys are ${oneOf(known)}` : `did you mean "${near}"?`;
      reading.problems.error('unknown-key', `"${reading.key}" has no key ${quoted(key)}`, at, hint);
    } else if (!isNull(value) && value !== UNREADABLE) found[key] = reader(value, { ...reading, key });
  }
  return found as Values<R>;
}
