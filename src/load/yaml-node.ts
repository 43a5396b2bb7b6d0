import type { Span } from '../model/diagnostic.js';

/** What stands in a file, before anybody knows what it means: YAML's shapes, with places, aliases and merges resolved. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

/** Stands for the value of a key that could not be read, and of which the problem is told already. */
export const UNREADABLE: YamlNode = { kind: 'map', entries: new Map(), at: { file: '', line: 0, column: 0 } };

export interface YamlScalar {
  readonly kind: 'scalar';
  /** As written, so that `1.10` stays `1.10`; variables are replaced. */
  readonly text: string;
  /** An empty, `~` or `null` value. */
  readonly isNull: boolean;
  /** Without quotes: then `true` and `yes` may be meant as booleans. */
  readonly isPlain: boolean;
  readonly at: Span;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly at: Span;
}

export interface YamlMap {
  readonly kind: 'map';
  /** A Map, which is safe for keys such as `__proto__`. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Span;
}

export interface Entry {
  readonly key: string;
  /** Where the key stands. */
  readonly at: Span;
  readonly value: YamlNode;
}

/** A value that still knows where it was written. */
export interface Located<T> {
  readonly value: T;
  readonly at: Span;
}

export const isNull = (value: YamlNode): boolean => value.kind === 'scalar' && value.isNull;

/** A plain record that is safe for names such as `__proto__`; a later value of the same name wins. */
export function toRecord<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const record = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) record[name] = value;
  return record;
}
