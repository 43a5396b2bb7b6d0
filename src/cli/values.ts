import { InvalidArgumentError, Option } from 'commander';
import { ms, readDuration, seconds, type Milliseconds } from '../lib/units.js';

/** Readers of option values. They throw commander's own error, which names the option. */

/** Node's timers count in 31 bits of milliseconds; a longer one would end at once. */
const LONGEST = 2 ** 31 - 1;

export function readSeconds(text: string): Milliseconds {
  const length = readDuration(text);
  if (length === undefined) throw new InvalidArgumentError('write seconds, or a duration such as 1m30s.');
  if (length > LONGEST) throw new InvalidArgumentError('that is more than 24 days.');
  return length;
}

export function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('write a whole number from 1 up.');
  return Number(text);
}

/** Lines to show from the end: a number, or `all`. */
export function readTail(text: string): number | null {
  if (text === 'all') return null;
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('write a whole number, or all.');
  return Number(text);
}

/** `SERVICE=NUMBER`, any number of times. */
export function readScale(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const part = /^([^=]+)=(\d{1,4})$/.exec(text);
  if (!part?.[1]) throw new InvalidArgumentError('write SERVICE=NUMBER, such as web=3.');
  return { ...before, [part[1]]: Number(part[2]) };
}

export const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];

/**
 * A moment: `10m` ago, seconds since the epoch, or a date such as `2026-11-20` or `2026-11-20T10:00:00Z`. Answers
 * seconds since the epoch, as the engine wants them.
 */
export function readMoment(text: string): string {
  if (/^\d{9,}(\.\d+)?$/.test(text)) return text;
  const ago = /^\d+$/.test(text) ? undefined : readDuration(text);
  const at = ago === undefined ? Date.parse(text) : Date.now() - ago;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('write a duration such as 10m, or a date such as 2026-11-20T10:00:00Z.');
  return (ms(at) / 1000).toFixed(3);
}

/** How long a service may take to get ready before those that need it are given up. */
export const WAIT_LIMIT = seconds(60);

/** `--wait-timeout`, the same wherever something is waited for. */
export const waitTimeout = (description: string): Option =>
  new Option('--wait-timeout <seconds>', description).argParser(readSeconds).default(WAIT_LIMIT, '60');
