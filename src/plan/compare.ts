import type { ObservedContainer } from '../model/observed.js';
import { LABEL } from '../model/names.js';
import type { Reason } from '../model/plan.js';
import type { Fingerprint } from './fingerprint.js';

/** Why a container must be replaced, or null when it may stay. */
export function whyReplace(container: ObservedContainer, wanted: Fingerprint): Reason | null {
  if (container.labels[LABEL.configHash] === wanted.hash) return null;
  const had = readFields(container.labels[LABEL.fields]);
  if (!had) return { code: 'made-by-other-tool' };
  const fields = wanted.fields();
  const keys = [...new Set([...Object.keys(had), ...Object.keys(fields)])].toSorted();
  const changed = keys.filter((key) => had[key] !== fields[key]);
  if (changed.length === 0) return null; // another version of tsfig has put the same together in another way
  if (changed.length === 1 && changed[0] === 'imageId') return { code: 'image-changed' };
  return { code: 'config-changed', fields: changed.filter((key) => key !== 'imageId').map(toFileKey) };
}

/** Fields of a spec that are not called as the key of the file in which they are written. */
const FILE_KEYS: ReadonlyMap<string, string> = new Map([
  ['mounts', 'volumes'],
  ['stopGrace', 'stop_grace_period'],
]);

/** `cpuShares` is `cpu_shares` in the file. */
const toFileKey = (field: string): string =>
  FILE_KEYS.get(field) ?? field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function readFields(label: string | undefined): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(label ?? 'null');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null; // a label that somebody else wrote: the container counts as foreign
  }
}
