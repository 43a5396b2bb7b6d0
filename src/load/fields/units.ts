import { type Bytes, type Milliseconds, readBytes, readDuration } from '../../lib/units.js';
import { readScalar } from '../scalars.js';
import type { Reader } from '../field-context.js';
import { quoted } from '../words.js';

/** The engine counts nanoseconds in 64 bits: about 292 years. */
const LONGEST: number = 9.2e15 / 1000;

/** Reads a length of time. */
export const readTime: Reader<Milliseconds> = (value, reading) => {
  const text = readScalar(value, reading)?.text;
  if (text === undefined) return undefined;
  const found = readDuration(text);
  if (found !== undefined && found <= LONGEST) return found;
  const hint = 'write "10s", "1m30s" or "500ms"; a bare number counts seconds';
  return reading.problems.error('bad-value', `${quoted(text)} is not a length of time`, value.at, hint);
};

/** What the engine takes for a health check (moby, daemon/container.go: validateHealthCheck). */
const SHORTEST = 1;

/** Reads a length of time of a health check; 0 means the engine's own. */
export const readCheckTime: Reader<Milliseconds> = (value, reading) => {
  const found = readTime(value, reading);
  if (found === undefined || found === 0 || found >= SHORTEST) return found;
  const message = `"${reading.key}" is shorter than the engine can count`;
  return reading.problems.error('bad-value', message, value.at, 'write 1ms or more');
};

/** What the engine takes (moby 20.10, daemon_unix.go: linuxMinMemory). */
const LEAST_MEMORY = 6 * 1024 * 1024;

/** Reads `mem_limit:`; 0 means no limit. */
export const readMemory: Reader<Bytes> = (value, reading) => {
  const found = readSize(value, reading);
  if (found === undefined || found === 0 || found >= LEAST_MEMORY) return found;
  return reading.problems.error('bad-value', 'no container can run in so little memory', value.at, 'write 6m or more');
};

/** Reads a size in bytes. */
export const readSize: Reader<Bytes> = (value, reading) => {
  const text = readScalar(value, reading)?.text;
  if (text === undefined) return undefined;
  const found = readBytes(text);
  if (found !== undefined && Number.isSafeInteger(found)) return found;
  const hint = 'write "512m", "1.5g" or a number of bytes';
  return reading.problems.error('bad-value', `${quoted(text)} is not a size`, value.at, hint);
};

/** Reads `memswap_limit:`, where -1 means no limit. */
export const readSwap: Reader<number> = (value, reading) =>
  value.kind === 'scalar' && value.text === '-1' ? -1 : readSize(value, reading);
