import type { Milliseconds } from '../lib/units.js';
import type { NetworkSpec, VolumeSpec } from './container-spec.js';
import type { Failure } from './errors.js';
import type { ContainerHandle, ReplicaId } from './replica.js';
import type { SealedBuild, SealedContainer } from './sealed.js';

/** Means nothing but itself; unique in its plan. */
export type StepId = string;

/** What is going to be done: plain JSON (of a `Secret`, its redaction), in an order that satisfies every `needs`. */
export interface Plan {
  readonly project: string;
  readonly steps: readonly Step[];
  /** What puts things back when a step of theirs does not end well. */
  readonly rescues: readonly Rescue[];
  /** Which steps are one piece of work to those who watch; a step that is in none is one by itself. */
  readonly groups: readonly StepGroup[];
  /** Containers that are as they should be already. */
  readonly unchanged: readonly string[];
}

/** Steps that together do one thing to one container: a recreation is six of them. */
export interface StepGroup {
  readonly does: 'create' | 'recreate' | 'start' | 'put-back' | 'clean-up';
  /** The name that the container has when it is done. */
  readonly container: string;
  readonly why: Reason;
  readonly steps: readonly StepId[];
}

/** One engine call. Same inputs, same ids. */
export type Step = StepBase & StepAction;

export interface StepBase {
  readonly id: StepId;
  /** The steps that must have ended well before. */
  readonly needs: readonly StepId[];
  readonly why: Reason;
}

/** The container that a step acts on: the one that was observed, or the one that an earlier step creates. */
export type ContainerRef = ObservedRef | CreatedRef;

interface NamedReplica {
  /** Its name when the step begins. */
  readonly name: string;
  /** Null for a container of others. */
  readonly replica: ReplicaId | null;
}
export interface ObservedRef extends NamedReplica {
  readonly id: string;
}
export interface CreatedRef extends NamedReplica {
  /** The step that creates it. */
  readonly createdBy: StepId;
}

export type StepAction =
  | { readonly kind: 'pull-image'; readonly image: string; readonly service: string }
  | { readonly kind: 'build-image'; readonly build: SealedBuild }
  | { readonly kind: 'remove-image'; readonly image: string }
  | { readonly kind: 'create-network'; readonly network: NetworkSpec }
  | { readonly kind: 'remove-network'; readonly network: NetworkRef }
  | {
      readonly kind: 'connect-network';
      readonly network: NetworkRef;
      readonly container: ContainerRef;
      readonly aliases: readonly string[];
      /** Fixed IPv4 address; null: the engine picks one. */
      readonly address: string | null;
    }
  | { readonly kind: 'disconnect-network'; readonly network: NetworkRef; readonly container: ContainerRef }
  | { readonly kind: 'create-volume'; readonly volume: VolumeSpec }
  | { readonly kind: 'remove-volume'; readonly volume: string }
  | { readonly kind: 'create-container'; readonly spec: SealedContainer; readonly replica: ReplicaId }
  | {
      readonly kind: 'attach-container';
      readonly container: ContainerRef;
      readonly tty: boolean;
      readonly fromNow: boolean;
    }
  | { readonly kind: 'start-container'; readonly container: ContainerRef }
  | { readonly kind: 'wait-ready'; readonly container: ContainerRef; readonly limit: Milliseconds }
  | { readonly kind: 'stop-container'; readonly container: ContainerRef; readonly grace: Milliseconds | null }
  | { readonly kind: 'kill-container'; readonly container: ContainerRef; readonly signal: string }
  | { readonly kind: 'restart-container'; readonly container: ContainerRef; readonly grace: Milliseconds | null }
  | { readonly kind: 'rename-container'; readonly container: ContainerRef; readonly to: string }
  | { readonly kind: 'unpause-container'; readonly container: ContainerRef }
  | {
      readonly kind: 'remove-container';
      readonly container: ContainerRef;
      /** With its anonymous volumes. */
      readonly volumes: boolean;
      /** The name of the container that has taken its place, or null. */
      readonly replacedBy: string | null;
      /** The name under which it is left to the next run when it cannot be removed; null or absent: that is a failure. */
      readonly elseAs?: string | null;
    };

export type StepKind = StepAction['kind'];

/** A network: the one that was observed, or one that an earlier step makes, which is known by its name. */
export interface NetworkRef {
  readonly name: string;
  readonly id: string | null;
}

/** Steps that put things back, in this order. */
export interface Rescue {
  /** Done when one of `guards` fails; with `not-done` also when one is skipped after a failure, or cancelled. */
  readonly when: 'failed' | 'not-done';
  readonly guards: readonly StepId[];
  /** The first that does not end well ends the rescue. */
  readonly steps: readonly RescueStep[];
}

/** `onlyIf`: done only if that step ended well; null: in any case. */
export type RescueStep = Step & { readonly onlyIf: StepId | null };

/** Why a step is there. The words are made in `render/`. */
export type Reason =
  | { readonly code: 'missing' }
  | { readonly code: 'config-changed'; readonly fields: readonly string[] }
  | { readonly code: 'image-changed' }
  | { readonly code: 'made-by-other-tool' }
  | { readonly code: 'dependency-recreated'; readonly on: string }
  | { readonly code: 'network-recreated' }
  | { readonly code: 'not-running'; readonly state: string }
  | { readonly code: 'needed-by'; readonly by: string }
  | { readonly code: 'interrupted' }
  | { readonly code: 'orphan' }
  | { readonly code: 'above-scale' }
  | { readonly code: 'asked-for' }
  /** What every run of a job does: its last container makes way for the next. */
  | { readonly code: 'next-run' }
  /** It runs, and whoever ran it is gone. */
  | { readonly code: 'left-running' };

/** How a step ended. `because` is the step that failed first. */
export type Outcome =
  | {
      readonly kind: 'done';
      readonly took: Milliseconds;
      /** The id of the container that it has created or acted on. */
      readonly container?: string;
    }
  | ({ readonly kind: 'failed' } & Failure)
  | { readonly kind: 'skipped'; readonly because: StepId }
  | { readonly kind: 'cancelled' };

/** A step and how it ended. */
export interface EndedStep {
  readonly step: Step;
  readonly outcome: Outcome;
}

/** Every step that was to be done, with its one outcome. Of a plan that was tried again, what its first try has done is in it, too. */
export type Outcomes = readonly EndedStep[];

/** Did every step end well? */
export const allDone = (outcomes: Outcomes): boolean => outcomes.every(({ outcome }) => outcome.kind === 'done');

/** The containers that were started, each once. */
export function startedIn(outcomes: Outcomes): ContainerHandle[] {
  const started = outcomes.flatMap(({ step, outcome }) =>
    step.kind === 'start-container' && outcome.kind === 'done' && outcome.container !== undefined
      ? [[outcome.container, { id: outcome.container, name: step.container.name }] as const]
      : [],
  );
  return [...new Map(started).values()];
}
