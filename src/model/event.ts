import type { Diagnostic } from './diagnostic.js';
import type { Outcome, Plan, Step } from './plan.js';

/** All news of a run; plain JSON, no prose. Adding a kind makes every renderer say what to do with it. */
export type RunEvent =
  | { readonly kind: 'plan-ready'; readonly plan: Plan }
  | { readonly kind: 'waiting-for-lock'; readonly holder: string }
  | { readonly kind: 'step-started'; readonly step: Step }
  | { readonly kind: 'step-progress'; readonly step: Step; readonly progress: Progress }
  | { readonly kind: 'step-output'; readonly step: Step; readonly text: string }
  | { readonly kind: 'step-ended'; readonly step: Step; readonly outcome: Outcome }
  | { readonly kind: 'attached'; readonly project: string; readonly containers: readonly string[] }
  | LogLine
  | { readonly kind: 'container-exited'; readonly container: string; readonly exitCode: number }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'killing' }
  | { readonly kind: 'warning'; readonly diagnostic: Diagnostic };

export interface LogLine {
  readonly kind: 'log-line';
  readonly container: string;
  readonly stream: 'stdout' | 'stderr';
  /** Without its newline. */
  readonly text: string;
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
