import type { Milliseconds } from '../lib/units.js';
import type { ObservedContainer } from '../model/observed.js';
import type { ContainerRef, Reason, Rescue, RescueStep, Step, StepGroup, StepId } from '../model/plan.js';
import { observedRef, type StepList } from './steps.js';

/** What the rest of the plan has to do with one container. The needs are asked for only when they are used. */
export interface ReplicaContext {
  readonly steps: StepList;
  readonly groups: StepGroup[];
  readonly grace: Milliseconds | null;
  readonly attach: boolean;
  readonly createNeeds: () => readonly StepId[];
  readonly startNeeds: () => readonly StepId[];
  /** The steps that clear away what an earlier run left. */
  readonly before: readonly StepId[];
  /** What another container of the plan is to have of this one: then it is given up before its own needs are met. */
  readonly handsOver: HandsOver;
  /** A free name under which a container is kept. */
  readonly asideName: (name: string) => string;
}

export interface HandsOver {
  readonly name: boolean;
  /** Its ports or its address. */
  readonly running: boolean;
  /** Its own name is waited for by the one whose name it waits for. */
  readonly circle: boolean;
}

/** What others of the plan have to know of one container; null where nothing is done. */
export interface Milestones {
  /** The container that has the place in the end. */
  readonly container: ContainerRef;
  readonly created: StepId | null;
  readonly started: StepId | null;
  /** After it the name that the container had is free. */
  readonly nameFreed: StepId | null;
  /** It needs the name to be free. */
  readonly nameTaken: StepId | null;
  /** After it the container's ports and address are free. */
  readonly stopped: StepId | null;
  /** The removal of what is kept until those that take its place run. */
  readonly removed: StepId | null;
  readonly undo: Undo;
}

/**
 * What puts one container back. Where several are in each other's way, they are put back together: all that clears the
 * way comes first, then the names, then the starts.
 */
export interface Undo {
  /** Whether it is put back also when it is in nobody's way; and then, after which ends of its steps. */
  readonly alone: Rescue['when'] | 'never';
  readonly guards: readonly StepId[];
  readonly clear: readonly RescueStep[];
  readonly rename: readonly RescueStep[];
  readonly start: readonly RescueStep[];
}

export const NOTHING = { created: null, started: null, nameFreed: null, nameTaken: null, stopped: null, removed: null };
export const NO_UNDO: Undo = { alone: 'never', guards: [], clear: [], rename: [], start: [] };

/** A container between two restarts can be neither renamed nor replaced: the engine holds it for both ended and running. */
export function stopLoop(
  current: ObservedContainer,
  { steps, grace, before }: ReplicaContext,
  why: Reason,
): Step | null {
  if (current.state !== 'restarting') return null;
  return steps.add({ kind: 'stop-container', container: observedRef(current), grace }, why, before);
}

export function groupOf(
  does: StepGroup['does'],
  container: string,
  why: Reason,
  of: readonly (Step | null)[],
): StepGroup {
  return { does, container, why, steps: of.flatMap((step) => step?.id ?? []) };
}
