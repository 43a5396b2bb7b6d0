import type { Link } from '../../model/project.js';
import { readItems, readScalar } from '../scalars.js';
import type { NamedSource, NetDraft, Reader } from '../field-context.js';
import { quoted } from '../words.js';
import type { Located } from '../yaml-node.js';

/** Services may have all of these; of containers fewer, but theirs are the engine's to refuse. */
const NAME = /^[a-zA-Z0-9._-]+$/;

/** Reads `links:` and `external_links:`: `TARGET[:ALIAS]`, the alias being the target's name where it is left out. */
export const readLinks: Reader<readonly Link[]> = (value, reading) => {
  const links = new Map<string, Link>();
  for (const { text, at } of readItems(value, reading) ?? []) {
    const [target = '', alias = target, ...more] = text.split(':');
    if (more.length > 0 || !NAME.test(target) || !NAME.test(alias)) {
      const hint = reading.key === 'links' ? 'write "db" or "db:database"' : 'write "redis_1" or "redis_1:redis"';
      reading.problems.error('bad-link', `${quoted(text)} is not a link`, at, hint);
      continue;
    }
    const other = links.get(alias);
    if (other && other.target !== target) {
      const message = `${quoted(alias)} is the alias of ${quoted(other.target)} already`;
      reading.problems.error('bad-link', message, at, `give another: "${target}:ALIAS"`);
    } else if (!other) links.set(alias, { target, alias, at });
  }
  return [...links.values()];
};

/** Reads `volumes_from:`: `SERVICE or CONTAINER[:ro|:rw]`. */
export const readVolumesFrom: Reader<readonly Located<NamedSource>[]> = (value, reading) =>
  readItems(value, reading)?.flatMap(({ text, at }) => {
    const [name = '', mode = 'rw', ...more] = text.split(':');
    if (NAME.test(name) && /^r[ow]$/.test(mode) && more.length === 0) {
      return { value: { name, readOnly: mode === 'ro' }, at };
    }
    const message = `${quoted(text)} is not a service or container`;
    return reading.problems.error('bad-volumes-from', message, at, 'write "data" or "data:ro"') ?? [];
  });

/** Reads `net:`; whose name follows `container:` is settled when all services are known. */
export const readNet: Reader<NetDraft> = (value, reading) => {
  const text = readScalar(value, reading)?.text;
  if (!text) return undefined;
  if (text === 'bridge' || text === 'host' || text === 'none') return { kind: text };
  const name = /^(?:container|service):(.*)$/.exec(text)?.[1];
  if (name !== undefined && NAME.test(name)) return { kind: 'container', name };
  const hint = 'write bridge, host, none or container:NAME; without "net" a service joins the network of the project';
  return reading.problems.error('bad-net', `${quoted(text)} is not a network mode`, value.at, hint);
};
