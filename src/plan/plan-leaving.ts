import { isAsideName } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Reason } from '../model/plan.js';
import type { Leftover } from './decide-replica.js';
import { groupOf, NO_UNDO, NOTHING, stopLoop, type Milestones, type ReplicaContext } from './milestones.js';
import { isUp } from './replicas.js';
import { observedRef, renamed } from './steps.js';

/** Removes what an earlier run left beside the replica that is wanted. */
export function planLeftover(
  { container: seen, why }: Leftover,
  ownName: string,
  { steps }: ReplicaContext,
): Milestones {
  const replacedBy = isAsideName(seen.name, ownName) ? ownName : null;
  const container = observedRef(seen);
  const { id } = steps.add({ kind: 'remove-container', container, volumes: false, replacedBy }, why);
  return { ...NOTHING, container, nameFreed: id, stopped: id, undo: NO_UNDO };
}

/** A container that goes, with nothing in its place: what it has may be what another waits for. */
export interface Leaver {
  readonly container: ObservedContainer;
  readonly why: Reason;
}

/**
 * Makes the steps that remove a container. One that another waits for is kept, stopped and under another name, until that
 * other one has started; if it does not, this one gets its name back and runs again.
 */
export function planLeaving({ container: seen, why }: Leaver, context: ReplicaContext): Milestones {
  const { steps, groups, grace, handsOver, asideName } = context;
  const kept = handsOver.name || handsOver.running;
  const loop = handsOver.name ? stopLoop(seen, context, why) : null;
  const container = observedRef(seen);
  const aside = handsOver.name ? asideName(seen.name) : seen.name;
  const rename = handsOver.name ? steps.add({ kind: 'rename-container', container, to: aside }, why, [loop]) : null;
  const old = renamed(container, aside);
  const runs = isUp(seen) && !loop;
  const stop = runs ? steps.add({ kind: 'stop-container', container: old, grace }, why, [rename]) : null;
  const remove = steps.add({ kind: 'remove-container', container: old, volumes: false, replacedBy: null }, why, [
    ...[rename, stop],
  ]);
  const freed = { ...NOTHING, container, nameFreed: rename?.id ?? null, stopped: (loop ?? stop)?.id ?? null };
  if (!kept) return { ...freed, undo: NO_UNDO };
  const interrupted: Reason = { code: 'interrupted' };
  const back = rename && steps.make({ kind: 'rename-container', container: old, to: seen.name }, interrupted);
  const again = isUp(seen) ? steps.make({ kind: 'start-container', container }, interrupted) : null;
  const changed = loop ?? rename ?? stop;
  groups.push(groupOf('put-back', seen.name, interrupted, [back, again]));
  return {
    ...freed,
    removed: remove.id,
    undo: {
      ...NO_UNDO,
      guards: [rename, stop].flatMap((step) => step?.id ?? []),
      rename: back ? [{ ...back, onlyIf: rename.id }] : [],
      start: again && changed ? [{ ...again, onlyIf: changed.id }] : [],
    },
  };
}
