import { isAsideName } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import type { ContainerRef, Reason, RescueStep, Step } from '../model/plan.js';
import { sealContainer } from '../model/sealed.js';
import type { Decision, Doing } from './decide-replica.js';
import { groupOf, NO_UNDO, NOTHING, stopLoop, type Milestones, type ReplicaContext, type Undo } from './milestones.js';
import { isUp, type Replica } from './replicas.js';
import { createdRef, observedRef, renamed, type Needs, type StepList } from './steps.js';

/** Makes the steps of one replica, after those that remove what an earlier run left. */
export function planReplica({ replica, does }: Decision, context: ReplicaContext): Milestones {
  switch (does.kind) {
    case 'create':
      return planCreation(replica, does, context);
    case 'keep':
      return planKeeping(replica, does, context);
    case 'replace':
      return planReplacement(replica, does, context);
  }
}

type DoingOf<K extends Doing['kind']> = Extract<Doing, { readonly kind: K }>;

function planCreation(replica: Replica, { spec }: DoingOf<'create'>, context: ReplicaContext): Milestones {
  const { steps, before, groups, startNeeds, createNeeds } = context;
  const why: Reason = { code: 'missing' };
  const create = steps.add({ kind: 'create-container', spec: sealContainer(spec), replica: replica.id }, why, [
    ...createNeeds(),
    ...before,
  ]);
  const container = createdRef(create);
  const attach = attachStep(replica, context, { container, why, after: create });
  const start = steps.add({ kind: 'start-container', container }, why, [create, attach, ...startNeeds()]);
  groups.push(groupOf('create', replica.name, why, [create, attach, start]));
  const drop = dropNew(create, steps, true);
  groups.push(groupOf('clean-up', replica.name, drop.why, [drop]));
  return {
    ...NOTHING,
    ...{ container, created: create.id, started: start.id, nameTaken: create.id },
    undo: { ...NO_UNDO, alone: 'failed', guards: [start.id], clear: [drop] },
  };
}

/** Only what this plan has made: the name may be somebody else's, and that may be why it could not be made. */
function dropNew(create: Extract<Step, { kind: 'create-container' }>, steps: StepList, volumes: boolean): RescueStep {
  const drop = { kind: 'remove-container', container: createdRef(create), volumes, replacedBy: null } as const;
  return { ...steps.make(drop, { code: 'interrupted' }), onlyIf: create.id };
}

/** It is what is wanted: at most its name is put right, and it is started. */
function planKeeping(replica: Replica, { current }: DoingOf<'keep'>, context: ReplicaContext): Milestones {
  const { steps, before, startNeeds, groups } = context;
  const { name } = replica;
  const connected = context.connectNeeds();
  const rename = current.name === name ? null : planRename(replica, current, context);
  const seen = observedRef(current);
  const container = rename ? renamed(seen, name) : seen;
  const why: Reason = { code: 'not-running', state: current.state };
  const runs = isUp(current) && !rename?.stopped;
  const attach = attachStep(replica, context, { container, why, after: rename?.last ?? null, fromNow: runs });
  const needs = [rename?.last, attach, ...before, ...connected, ...(runs ? [] : startNeeds())];
  const start = runs ? null : steps.add({ kind: 'start-container', container }, why, needs);
  const unpause =
    current.state === 'paused' ? steps.add({ kind: 'unpause-container', container }, why, [rename?.last]) : null;
  if (start) groups.push(groupOf('start', name, why, [attach, start]));
  return {
    ...NOTHING,
    container,
    started: start?.id ?? unpause?.id ?? null,
    nameFreed: rename?.first.id ?? null,
    nameTaken: rename?.last.id ?? null,
    undo: undoKeeping({ container, start, rename }, steps),
  };
}

interface Keeping {
  readonly container: ContainerRef;
  readonly start: Step | null;
  readonly rename: Rename | null;
}

/** Of use only to others, which get back what this one has taken over. */
function undoKeeping({ container, start, rename }: Keeping, steps: StepList): Undo {
  const why: Reason = { code: 'interrupted' };
  const stop = start && steps.make({ kind: 'stop-container', container, grace: null }, why);
  const done = rename ? [...new Set([rename.last, rename.first])] : [];
  const back = done.map((step) => ({
    ...steps.make({ kind: 'rename-container', container: renamed(container, step.to), to: step.container.name }, why),
    onlyIf: step.id,
  }));
  return { ...NO_UNDO, clear: stop ? [{ ...stop, onlyIf: start.id }] : [], rename: back };
}

type RenameStep = Extract<Step, { kind: 'rename-container' }>;

interface Rename {
  readonly first: RenameStep;
  /** The same one, unless it goes by way of another name. */
  readonly last: RenameStep;
  readonly stopped: boolean;
}

function planRename(replica: Replica, current: ObservedContainer, context: ReplicaContext): Rename {
  const { steps, groups, before, handsOver, asideName } = context;
  const { name } = replica;
  const interrupted = isAsideName(current.name, name);
  const why: Reason = interrupted ? { code: 'interrupted' } : { code: 'config-changed', fields: ['container_name'] };
  const container = observedRef(current);
  const stop = stopLoop(current, context, why);
  const needs = [stop, ...before];
  const first = steps.add(
    { kind: 'rename-container', container, to: handsOver.circle ? asideName(name) : name },
    why,
    needs,
  );
  const last = handsOver.circle
    ? steps.add({ kind: 'rename-container', container: renamed(container, first.to), to: name }, why, [first])
    : first;
  if (interrupted) groups.push(groupOf('put-back', name, why, [first]));
  return { first, last, stopped: stop !== null };
}

/**
 * Makes the new container beside the old one, which is renamed and runs on until the new one can start. The old one is
 * removed only when the new one has started; if that goes wrong, the rescue puts it back (decisions 8).
 */
function planReplacement(
  replica: Replica,
  { spec, current, why }: DoingOf<'replace'>,
  context: ReplicaContext,
): Milestones {
  const { steps, groups, before, grace, handsOver, asideName } = context;
  const { name } = replica;
  const isAside = isAsideName(current.name, name);
  const aside = isAside ? current.name : asideName(name);
  const seen = observedRef(current);
  const old = renamed(seen, aside);
  const loop = stopLoop(current, context, why);
  const createNeeds = context.createNeeds();
  const startNeeds = context.startNeeds();
  const renameNeeds = [loop, ...before, ...(handsOver.name ? [] : createNeeds)];
  const rename = isAside ? null : steps.add({ kind: 'rename-container', container: seen, to: aside }, why, renameNeeds);
  const create = steps.add({ kind: 'create-container', spec: sealContainer(spec), replica: replica.id }, why, [
    ...[rename, loop],
    ...before,
    ...createNeeds,
  ]);
  const container = createdRef(create);
  const attach = attachStep(replica, context, { container, why, after: create });
  const stopNeeds: Needs = [create, attach, ...(handsOver.running ? [] : startNeeds)];
  const stop =
    isUp(current) && !loop ? steps.add({ kind: 'stop-container', container: old, grace }, why, stopNeeds) : null;
  const start = steps.add({ kind: 'start-container', container }, why, [stop, create, attach, ...startNeeds]);
  const remove = steps.add({ kind: 'remove-container', container: old, volumes: false, replacedBy: name }, why, [
    start,
  ]);
  groups.push(groupOf('recreate', name, why, [loop, rename, create, attach, stop, start]));
  return {
    container,
    created: create.id,
    started: start.id,
    nameFreed: rename?.id ?? null,
    nameTaken: create.id,
    stopped: (loop ?? stop)?.id ?? null,
    removed: remove.id,
    undo: putBack({ replica, current, old, changed: loop ?? rename, rename, create, stop, start }, context),
  };
}

interface Replacing {
  readonly replica: Replica;
  readonly current: ObservedContainer;
  readonly old: ContainerRef;
  /** The first step that changes anything; null: an interrupted replacement has done so. */
  readonly changed: Step | null;
  readonly rename: Step | null;
  readonly create: Extract<Step, { kind: 'create-container' }>;
  readonly stop: Step | null;
  readonly start: Step;
}

function putBack(replacing: Replacing, { steps, groups }: ReplicaContext): Undo {
  const { replica, current, old, changed, rename, create, stop, start } = replacing;
  const why: Reason = { code: 'interrupted' };
  const before = isAsideName(current.name, replica.name) ? replica.name : current.name;
  const drop = dropNew(create, steps, false);
  const back = steps.make({ kind: 'rename-container', container: old, to: before }, why);
  const again = isUp(current) ? steps.make({ kind: 'start-container', container: renamed(old, before) }, why) : null;
  groups.push(groupOf('put-back', before, why, [drop, back, again]));
  return {
    alone: 'not-done',
    guards: [changed, create, stop, start].flatMap((step) => step?.id ?? []),
    clear: [drop],
    rename: [{ ...back, onlyIf: rename?.id ?? null }],
    // A paused one that was not stopped is paused still, and cannot be started.
    start: again ? [{ ...again, onlyIf: (current.state === 'paused' ? stop : changed)?.id ?? null }] : [],
  };
}

interface Attaching {
  readonly container: ContainerRef;
  readonly why: Reason;
  readonly after: Step | null;
  readonly fromNow?: boolean;
}

function attachStep({ service }: Replica, context: ReplicaContext, attaching: Attaching): Step | null {
  if (!context.attach) return null;
  const { container, why, after, fromNow = false } = attaching;
  return context.steps.add({ kind: 'attach-container', container, tty: service.tty, fromNow }, why, [after]);
}
