import { durationToText } from '../lib/units.js';
import { safe, type SafeText } from '../lib/safe-text.js';
import type { BackingOff, JobEnded } from '../model/event.js';

/** `last 5 runs ended with 127 within 1 s: "sh" not found in image loguploader:1.4; next try in 8 s` */
export function backingOffText({ container, failures, exitCode, ranFor, why, pause }: BackingOff): SafeText {
  const runs = failures === 1 ? 'last run' : `last ${failures} runs`;
  const end =
    exitCode === null ? 'could not start' : `ended with ${exitCode} within ${Math.ceil(ranFor / 1000) || 1} s`;
  return safe`${container}: ${runs} ${end}${why === null ? '' : `: ${why}`}; next try in ${durationToText(pause)}`;
}

/** `loguploader: run 12 ended with 0 after 1.2 s; next in 3.8 s` */
export function jobEndedText({ service, run, exitCode, took, pause }: JobEnded): SafeText {
  // One that follows at once may still have to wait, and then says so itself.
  const next = pause < 1 ? '' : `; next in ${durationToText(pause)}`;
  const end = exitCode === null ? 'failed' : `ended with ${exitCode} after ${durationToText(took)}`;
  return safe`${service}: run ${run} ${end}${next}`;
}
