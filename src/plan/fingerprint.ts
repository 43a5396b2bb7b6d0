import { hash64 } from '../lib/hash.js';
import type { ContainerSpec } from '../model/container-spec.js';
import { isReservedLabel, LABEL } from '../model/names.js';

export interface Fingerprint {
  /** Of all that reaches the engine. */
  readonly hash: string;
  /** Field → short hash, so that a later run can say which field differs; made when it is asked for. */
  readonly fields: () => Readonly<Record<string, string>>;
}

/** Digits of a field's hash: enough to notice a change, too few to fill the labels of a container. */
const FIELD_DIGITS = 8;

/**
 * What tells whether a container is the one that is wanted. It covers the whole spec and the image's id, but not what
 * changes without changing the container: its own labels of identity, and which old volumes it takes over.
 */
export function fingerprint(spec: ContainerSpec, imageId: string | null): Fingerprint {
  const { labels, mounts, environment, ...rest } = spec;
  const covered: Record<string, unknown> = {
    ...rest,
    name: null, // a container keeps its number, and so its name; renaming is not a change of it
    imageId,
    labels: Object.fromEntries(Object.entries(labels).filter(([key]) => !isReservedLabel(key))),
    environment: environment.toSorted(),
    mounts: mounts.map((mount) => (mount.kind === 'anonymous' ? { ...mount, carried: null } : mount)),
  };
  // A field at its default is left out: a new kind of field then changes no container that does not use it.
  const keys = Object.keys(covered).filter((key) => !isEmpty(covered[key]));
  const texts = keys.toSorted().map((key) => [key, JSON.stringify(sorted(covered[key]))] as const);
  return {
    hash: hash64(JSON.stringify(texts)),
    fields: () => Object.fromEntries(texts.map(([key, text]) => [key, hash64(text).slice(0, FIELD_DIGITS)])),
  };
}

/** The labels that carry a fingerprint. */
export const fingerprintLabels = ({ hash, fields }: Fingerprint): Record<string, string> => ({
  [LABEL.configHash]: hash,
  [LABEL.fields]: JSON.stringify(fields()),
});

const isEmpty = (value: unknown): boolean =>
  value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0);

/** The same value with the keys of its records in order, so that writing order does not matter. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
