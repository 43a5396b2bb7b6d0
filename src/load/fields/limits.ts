import { didYouMean } from '../../lib/did-you-mean.js';
import type { Device, RestartPolicy, Ulimit } from '../../model/project.js';
import { readItems, readScalar, wholeNumber } from '../scalars.js';
import type { Reader, FieldContext } from '../field-context.js';
import { oneOf, quoted } from '../words.js';
import { UNREADABLE, type Entry, type YamlNode } from '../yaml-node.js';
import { readParts } from './parts.js';

/** Names of resources the engine knows (docker/go-units, ulimit.go). */
const RESOURCES = [
  ...['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc'],
  ...['rss', 'rtprio', 'rttime', 'sigpending', 'stack'],
] as const;
const KNOWN_RESOURCES: ReadonlySet<string> = new Set(RESOURCES);

/** Reads `ulimits:`: names with a number, or with soft and hard; -1 means no limit. */
export const readUlimits: Reader<readonly Ulimit[]> = (value, reading) => {
  if (value.kind === 'map') return [...value.entries.values()].flatMap((entry) => readUlimit(entry, reading) ?? []);
  const hint = 'write "ulimits: {nofile: 1024}"';
  return reading.problems.error('bad-value', '"ulimits" must be a mapping', value.at, hint);
};

function readUlimit({ key, at, value }: Entry, reading: FieldContext): Ulimit | undefined {
  if (!KNOWN_RESOURCES.has(key)) {
    const near = didYouMean(key, RESOURCES);
    const hint = near === undefined ? `the limits are ${oneOf(RESOURCES)}` : `did you mean "${near}"?`;
    return reading.problems.error('bad-value', `${quoted(key)} is not a limit`, at, hint);
  }
  if (value === UNREADABLE) return undefined;
  const range = readSoftAndHard(value, { ...reading, key });
  if (!range) return undefined;
  const { soft, hard } = range;
  if (hard === -1 || (soft !== -1 && soft <= hard)) return { name: key, soft, hard };
  return reading.problems.error('bad-value', `the soft limit of ${key} is above the hard one`, value.at);
}

function readSoftAndHard(value: YamlNode, reading: FieldContext): { soft: number; hard: number } | undefined {
  const readLimit = wholeNumber(-1);
  if (value.kind !== 'map') {
    const both = readLimit(value, reading);
    return both === undefined ? undefined : { soft: both, hard: both };
  }
  const { soft, hard } = readParts(value, reading, { soft: readLimit, hard: readLimit });
  if (soft !== undefined && hard !== undefined) return { soft, hard };
  const isMissing = !value.entries.has('soft') || !value.entries.has('hard');
  if (!isMissing) return undefined;
  return reading.problems.error('bad-value', `"${reading.key}" needs both "soft" and "hard"`, value.at);
}

/** Reads `devices:`: `HOST[:CONTAINER[:PERMISSIONS]]`. */
export const readDevices: Reader<readonly Device[]> = (value, reading) =>
  readItems(value, reading)?.flatMap(({ text, at }) => {
    const parts = text.split(':');
    // As `docker run --device` does: a second part that is no path holds the permissions.
    if (parts.length === 2 && /^[rwm]+$/.test(parts[1] ?? '')) parts.splice(1, 0, parts[0] ?? '');
    const [host = '', container = host, permissions = 'rwm'] = parts;
    const isRight = host.startsWith('/') && container.startsWith('/') && /^[rwm]{1,3}$/.test(permissions);
    if (isRight && parts.length <= 3) return { host, container, permissions };
    const hint = 'write "/dev/ttyUSB0", "/dev/sda:/dev/xvda" or "/dev/sda:/dev/xvda:r"';
    return reading.problems.error('bad-value', `${quoted(text)} is not a device`, at, hint) ?? [];
  });

const RESTART = /^(no|always|unless-stopped|on-failure)(?::(\d{1,9}))?$/;
const NEVER: RestartPolicy = { name: 'no', maxRetries: 0 };

/** Reads `restart:`; `no` without quotes, false and an empty text mean never. */
export const readRestart: Reader<RestartPolicy> = (value, reading) => {
  const text = readScalar(value, reading)?.text;
  if (text === undefined) return undefined;
  if (/^(?:|no|off|false)$/i.test(text)) return NEVER;
  const part = RESTART.exec(text);
  const name = part?.[1] as RestartPolicy['name'] | undefined;
  if (name && (part?.[2] === undefined || name === 'on-failure')) return { name, maxRetries: Number(part?.[2] ?? 0) };
  const hint = 'write no, always, unless-stopped, on-failure or on-failure:5';
  return reading.problems.error('bad-value', `${quoted(text)} is not a restart policy`, value.at, hint);
};
