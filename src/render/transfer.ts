import { bytesToText } from '../lib/units.js';
import type { Progress } from '../model/event.js';

/** How far the parts of one step are: the layers of a pull, or the build context on its way. */
export interface Transfer {
  readonly parts: ReadonlyMap<string, Part>;
  /** Bytes a second over the last full second or so; null while nobody can know. */
  readonly rate: number | null;
  /** Where the running measurement of the rate began. */
  readonly since: { readonly at: number; readonly bytes: number } | null;
}

interface Part {
  readonly status: string;
  readonly doneBytes: number | null;
  readonly totalBytes: number | null;
  /** What has come over the wire so far, and what will: unpacking counts from 0 again, this does not. */
  readonly fetched: number;
  readonly size: number;
}

export const NO_TRANSFER: Transfer = { parts: new Map(), rate: null, since: null };

/** Between two measurements of the rate, in milliseconds: shorter ones jump about. */
const RATE_WINDOW = 1000;
/** Words of the engine for a part that has come over the wire. */
const FETCHED = /^(download complete|verifying|extracting|pull complete)/i;
const COMPLETE = /complete|already exists/i;

/** The transfer after one more piece of news, told at `now` (milliseconds). */
export function noteProgress(transfer: Transfer, progress: Progress, now: number): Transfer {
  const { part, status, doneBytes, totalBytes } = progress;
  const before = transfer.parts.get(part);
  const isFetched = FETCHED.test(status);
  const size = isFetched ? (before?.size ?? 0) : Math.max(before?.size ?? 0, totalBytes ?? 0);
  const fetched = isFetched ? size : Math.max(before?.fetched ?? 0, doneBytes ?? 0);
  const parts = new Map(transfer.parts).set(part, { status, doneBytes, totalBytes, fetched, size });
  return { ...transfer, parts, ...measure(transfer, fetchedBytes(parts), now) };
}

function measure({ since, rate }: Transfer, bytes: number, at: number): Pick<Transfer, 'rate' | 'since'> {
  if (since === null) return { rate, since: { at, bytes } };
  const length = at - since.at;
  if (length < RATE_WINDOW) return { rate, since };
  return { rate: ((bytes - since.bytes) * 1000) / length, since: { at, bytes } };
}

const fetchedBytes = (parts: ReadonlyMap<string, Part>): number =>
  [...parts.values()].reduce((total, { fetched }) => total + fetched, 0);

/** `12.5 MB/45.0 MB  3.20 MB/s`; empty when nothing has been counted. */
export function transferToText({ parts, rate }: Transfer): string {
  const done = fetchedBytes(parts);
  const size = [...parts.values()].reduce((total, part) => total + Math.max(part.size, part.fetched), 0);
  if (size === 0) return '';
  const speed = rate === null || rate <= 0 ? '' : `  ${bytesToText(Math.round(rate))}/s`;
  return `${bytesToText(done)}/${bytesToText(size)}${speed}`;
}

const BAR_CELLS = 20;

/** One line for each part that is moving, such as `a1b2c3 Downloading [=====>    ] 12.5 MB/45.0 MB`. */
export function partsToLines({ parts }: Transfer): readonly string[] {
  return [...parts].flatMap(([name, { status, doneBytes, totalBytes }]) => {
    if (doneBytes === null || COMPLETE.test(status)) return [];
    if (totalBytes === null || totalBytes <= 0) return [`${name} ${status} ${bytesToText(doneBytes)}`];
    const share = Math.min(1, doneBytes / totalBytes);
    return [`${name} ${status} ${barToText(share)} ${bytesToText(doneBytes)}/${bytesToText(totalBytes)}`];
  });
}

function barToText(share: number): string {
  const full = Math.floor(share * BAR_CELLS);
  const head = full === BAR_CELLS ? '' : '>';
  return `[${('='.repeat(full) + head).padEnd(BAR_CELLS)}]`;
}
