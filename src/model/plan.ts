import type { Milliseconds } from '../lib/units.js';
import type { BuildSpec, ContainerSpec, NetworkSpec, VolumeSpec } from './container-spec.js';
import type { Failure } from './errors.js';

/** What is going to be done: plain JSON, in an order that satisfies every `needs`. */
export interface Plan {
  readonly project: string;
  readonly steps: readonly Step[];
  /** What puts things back when a step of theirs does not end well. */
  readonly rescues: readonly Rescue[];
  /** Containers that are as they should be already. */
  readonly unchanged: readonly string[];
}

/** One engine call. Same inputs, same ids. */
export type Step = StepBase & StepAction;

export interface StepBase {
  /** `start shop_web_1`; unique in its plan. */
  readonly id: string;
  /** Ids of the steps that must have ended well before. */
  readonly needs: readonly string[];
  readonly why: Reason;
}

export type StepAction =
  | { readonly kind: 'pull-image'; readonly image: string; readonly service: string }
  | { readonly kind: 'build-image'; readonly build: BuildSpec }
  | { readonly kind: 'remove-image'; readonly image: string }
  | { readonly kind: 'create-network'; readonly network: NetworkSpec }
  | { readonly kind: 'remove-network'; readonly network: string }
  | {
      readonly kind: 'connect-network';
      readonly network: string;
      readonly container: string;
      readonly aliases: readonly string[];
      /** Fixed IPv4 address; null: the engine picks one. */
      readonly address: string | null;
    }
  | { readonly kind: 'disconnect-network'; readonly network: string; readonly container: string }
  | { readonly kind: 'create-volume'; readonly volume: VolumeSpec }
  | { readonly kind: 'remove-volume'; readonly volume: string }
  | { readonly kind: 'create-container'; readonly spec: ContainerSpec }
  | { readonly kind: 'attach-container'; readonly container: string; readonly tty: boolean; readonly fromNow: boolean }
  | { readonly kind: 'start-container'; readonly container: string }
  | { readonly kind: 'wait-ready'; readonly container: string; readonly limit: Milliseconds }
  | { readonly kind: 'stop-container'; readonly container: string; readonly grace: Milliseconds | null }
  | { readonly kind: 'kill-container'; readonly container: string; readonly signal: string }
  | { readonly kind: 'restart-container'; readonly container: string; readonly grace: Milliseconds | null }
  | { readonly kind: 'rename-container'; readonly container: string; readonly to: string }
  | { readonly kind: 'remove-container'; readonly container: string; readonly volumes: boolean };

export type StepKind = StepAction['kind'];

/** Steps that put things back, in this order, when one of `guards` fails, is skipped after a failure, or is cancelled. */
export interface Rescue {
  /** The step after which putting back makes sense: when it did not end well, nothing has changed yet. Null: in any case. */
  readonly after: string | null;
  readonly guards: readonly string[];
  /** The first that does not end well ends the rescue. */
  readonly steps: readonly RescueStep[];
}

/** `onlyIf`: done only if the step of this id ended well. */
export type RescueStep = Step & { readonly onlyIf?: string };

/** Why a step is there. The words are made in `render/`. */
export type Reason =
  | { readonly code: 'missing' }
  | { readonly code: 'config-changed'; readonly fields: readonly string[] }
  | { readonly code: 'image-changed' }
  | { readonly code: 'foreign' }
  | { readonly code: 'dependency-recreated'; readonly on: string }
  | { readonly code: 'network-recreated' }
  | { readonly code: 'not-running'; readonly state: string }
  | { readonly code: 'needed-by'; readonly by: string }
  | { readonly code: 'interrupted' }
  | { readonly code: 'orphan' }
  | { readonly code: 'excess' }
  | { readonly code: 'asked-for' }
  /** What every run of a job does: its last container makes way for the next. */
  | { readonly code: 'next-run' }
  /** It runs, and whoever ran it is gone. */
  | { readonly code: 'abandoned' };

/** How a step ended; exactly one a step. `because` is the id of the step that failed first. */
export type Outcome =
  | { readonly kind: 'done'; readonly took: Milliseconds }
  | ({ readonly kind: 'failed' } & Failure)
  | { readonly kind: 'skipped'; readonly because: string }
  | { readonly kind: 'cancelled' };

/** Outcomes by step id, as plain JSON. */
export type Outcomes = Readonly<Record<string, Outcome>>;

/** Did every step end well? */
export const allDone = (outcomes: Outcomes): boolean => Object.values(outcomes).every(({ kind }) => kind === 'done');
