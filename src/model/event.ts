import type { Milliseconds } from '../lib/units.js';
import type { Diagnostic } from './diagnostic.js';
import type { Outcome, Plan, Step } from './plan.js';

/** All news of a run; plain JSON, no prose. Adding a kind makes every renderer say what to do with it. */
export type RunEvent =
  | { readonly kind: 'plan-ready'; readonly plan: Plan }
  | { readonly kind: 'waiting-for-lock'; readonly holder: LockHolder }
  | { readonly kind: 'step-started'; readonly step: Step }
  | { readonly kind: 'step-progress'; readonly step: Step; readonly progress: Progress }
  | { readonly kind: 'step-output'; readonly step: Step; readonly text: string }
  | { readonly kind: 'step-ended'; readonly step: Step; readonly outcome: Outcome }
  | { readonly kind: 'attached'; readonly project: string; readonly containers: readonly string[] }
  | LogLine
  | ContainerExited
  | BackingOff
  | JobEnded
  | { readonly kind: 'stopping' }
  | { readonly kind: 'killing' }
  | { readonly kind: 'warning'; readonly diagnostic: Diagnostic };

/** The process that has a lock. */
export interface LockHolder {
  readonly pid: number;
  /** Such as `2026-11-20T10:00:00Z`. */
  readonly since: string;
}

/** `pid 4711, since 2026-11-20T10:00:00Z`. */
export const holderText = ({ pid, since }: LockHolder): string => `pid ${pid}, since ${since}`;

export interface LogLine {
  readonly kind: 'log-line';
  readonly container: string;
  readonly stream: 'stdout' | 'stderr';
  /** Without its newline. */
  readonly text: string;
}

export interface ContainerExited {
  readonly kind: 'container-exited';
  readonly container: string;
  readonly exitCode: number;
  /** The engine starts it again, as its restart policy says. */
  readonly restarting: boolean;
}

/** The last runs of a job failed at once: the next one waits. */
export interface BackingOff {
  readonly kind: 'backing-off';
  readonly container: string;
  /** How many in a row. */
  readonly failures: number;
  /** Of the last one; null when there never was a container. */
  readonly exitCode: number | null;
  readonly ranFor: Milliseconds;
  /** What the engine or the job said last, or null. */
  readonly why: string | null;
  readonly pause: Milliseconds;
}

/** One run of a job that is run again and again has ended. */
export interface JobEnded {
  readonly kind: 'job-ended';
  readonly service: string;
  /** From 1. */
  readonly run: number;
  /** Null when there was no container that could have one. */
  readonly exitCode: number | null;
  /** Of the run alone, without waits; only where there is an exit code. */
  readonly took: Milliseconds;
  /** Until the next run; one that follows at once may have to wait, and then says so itself. */
  readonly pause: Milliseconds;
}

/** How far one part of a step is: a layer of a pull, or the build context on its way. */
export interface Progress {
  readonly part: string;
  readonly status: string;
  readonly doneBytes: number | null;
  readonly totalBytes: number | null;
}

/** Where news goes. Await it where the volume has no bound, so that a slow reader slows the reading. */
export type Emit = (event: RunEvent) => void | Promise<void>;

/** Handed to every action: how to be stopped, and where to tell. */
export interface Control {
  readonly signal: AbortSignal;
  /** Aborts on the second signal: what is stopping is then killed. */
  readonly force: AbortSignal;
  readonly emit: Emit;
}
