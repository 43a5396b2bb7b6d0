import { jsonText, type SafeText } from '../lib/safe-text.js';
import type { RunEvent } from '../model/event.js';

/** When an event was told, and as which one; given by the caller, because pure code knows neither. */
export interface Stamp {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly seq: number;
}

/** An event as one line of JSON, without its newline. What is secret in it says `…` by itself. */
export const eventToJson = (event: RunEvent, { at, seq }: Stamp): SafeText => jsonText({ v: 1, seq, at, ...event });
