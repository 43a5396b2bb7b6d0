/** A length of time in milliseconds. Made by `ms` and `seconds`, so that a bare number cannot be mistaken for one. */
export type Milliseconds = number & { readonly unit: 'ms' };
/** A size in bytes. */
export type Bytes = number & { readonly unit: 'B' };

export const ms = (count: number): Milliseconds => count as Milliseconds;
export const seconds = (count: number): Milliseconds => (count * 1000) as Milliseconds;
export const bytes = (count: number): Bytes => count as Bytes;

const TIME_UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const TIME_PART = /(\d+(?:\.\d+)?)(us|ms|s|m|h)/gy;

/** Reads `90s`, `1m30s`, `1.5h`; a bare number counts seconds. Undefined when the text is none of these. */
export function readDuration(text: string): Milliseconds | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return seconds(Number(text));
  let total = 0;
  let end = 0;
  for (const part of text.matchAll(TIME_PART)) {
    total += Number(part[1]) * (TIME_UNITS[part[2] ?? ''] ?? 0);
    end = part.index + part[0].length;
  }
  return end === text.length && end > 0 ? ms(total) : undefined;
}

const SIZE = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)b?$/i;
const SIZE_POWERS = 'bkmgt';

/** Reads `512`, `512b`, `64k`, `64kb`, `1.5g` (powers of 1024). Undefined when the text is none of these. */
export function readBytes(text: string): Bytes | undefined {
  const part = SIZE.exec(text.trim());
  if (!part) return undefined;
  const power = Math.max(0, SIZE_POWERS.indexOf((part[2] ?? '').toLowerCase()));
  return bytes(Math.floor(Number(part[1]) * 1024 ** power));
}

/** `12.5 MB`, `340 kB`, `17 B`: decimal units, as the engine's own progress has them. */
export function bytesToText(size: number): string {
  if (size < 1000) return `${size} B`;
  const power = Math.min(4, Math.floor(Math.log10(size) / 3));
  return `${(size / 1000 ** power).toPrecision(3)} ${['B', 'kB', 'MB', 'GB', 'TB'][power] ?? ''}`;
}

/** `350 ms`, `4.2 s`, `3 min 20 s`. */
export function durationToText(length: number): string {
  if (length < 1000) return `${Math.round(length)} ms`;
  if (length < 60_000) return `${(length / 1000).toFixed(1).replace(/\.0$/, '')} s`;
  return `${Math.floor(length / 60_000)} min ${Math.round((length % 60_000) / 1000)} s`;
}

/** `1500ms`: what `readDuration` reads the same length from. */
export const durationToUnits = (length: Milliseconds): string =>
  length % 1000 === 0 ? `${length / 1000}s` : `${length}ms`;
