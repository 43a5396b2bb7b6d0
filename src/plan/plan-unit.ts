import type { Milliseconds } from '../lib/units.js';
import { LABEL, replacedName } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Dependency } from '../model/project.js';
import type { Reason, Rescue, RescueStep, Step } from '../model/plan.js';
import { whyReplace } from './compare.js';
import { imageOf, type Scene } from './scene.js';
import { rememberingSpec, specForUnit } from './spec-for.js';
import * as steps from './steps.js';
import { isUp, type Unit } from './units.js';

/** What the rest of the plan tells about one unit's surroundings. The needs are asked for only when they are used. */
export interface UnitContext {
  readonly recreate: 'changed' | 'never' | 'always';
  readonly grace: Milliseconds | null;
  readonly attach: boolean;
  readonly createNeeds: () => readonly string[];
  readonly startNeeds: () => readonly string[];
  /** The containers that this one hangs on (volumes, network): when one of them is made anew, this one must follow. */
  readonly hangsOn: readonly Parent[];
}

/** A container that another hangs on, by its volumes or its network. */
export interface Parent {
  readonly unit: Unit;
  /** The step that makes it anew, or null. */
  readonly created: string | null;
  readonly because: Dependency['because'];
}

/** The steps of one unit, and the ids that others wait for: null where nothing is done. */
export interface UnitPlan {
  readonly unit: Unit;
  readonly steps: readonly Step[];
  readonly rescues: readonly Rescue[];
  readonly created: string | null;
  readonly started: string | null;
  /** It has a health check, so that it can be waited for; and the check passes already. */
  readonly checked: boolean;
  readonly healthy: boolean;
}

export function planUnit(scene: Scene, unit: Unit, context: UnitContext): UnitPlan {
  const strays = unit.strays.map(({ name }) =>
    steps.removeContainer({ container: name, volumes: false }, { code: 'surplus' }),
  );
  const found = takeStock(unit);
  const before = [...strays, ...found.leftovers];
  const plan = planFound(scene, { ...unit, ...found }, { ...context, before });
  const { test } = unit.service.healthcheck ?? { test: null };
  const checks = test ?? imageOf(scene, unit.service)?.healthcheck?.test ?? null;
  return {
    ...plan,
    unit,
    steps: [...before, ...plan.steps],
    checked: checks !== null && checks[0] !== 'NONE',
    healthy: unit.current?.health === 'healthy',
  };
}

/** The unit after a look at what an interrupted replacement left: who counts as the current container, what goes away. */
interface Stock {
  readonly current: ObservedContainer | null;
  /** True when `current` still has the name that a container gets while it is being replaced. */
  readonly setAside: boolean;
  readonly leftovers: readonly Step[];
}

function takeStock({ current, replaced }: Unit): Stock {
  if (!replaced) return { current, setAside: false, leftovers: [] };
  const drop = ({ name }: ObservedContainer): Step => ({
    ...steps.removeContainer({ container: name, volumes: false }, { code: 'interrupted' }),
    id: `remove leftover ${name}`, // another container may get this name in the same plan, and go again
  });
  // A new container that never started has done nothing yet: the old one still counts.
  if (!current || current.state === 'created') {
    return { current: replaced, setAside: true, leftovers: current ? [drop(current)] : [] };
  }
  return { current, setAside: false, leftovers: [drop(replaced)] };
}

type Found = Unit & Stock;
type Context = UnitContext & { readonly before: readonly Step[] };
type Planned = Pick<UnitPlan, 'steps' | 'rescues' | 'created' | 'started'>;

function planFound(scene: Scene, unit: Found, context: Context): Planned {
  const wanted = specForUnit(scene, unit);
  const { current } = unit;
  const why = current && (lostNetwork(scene, current, wanted.spec) ?? whyRecreate(current, wanted, context));
  if (current && !why) return planStaying({ ...unit, current }, context);
  const spec = rememberingSpec(wanted.spec, wanted.print);
  return current && why
    ? planReplacement({ ...unit, current }, spec, { ...context, why })
    : planMissing(unit, spec, context);
}

type Spec = ReturnType<typeof specForUnit>['spec'];

/**
 * A container whose network is gone cannot start again: the engine remembers the network by its id. One that somebody took
 * off its network, perhaps to remove that, runs where nothing finds it.
 */
function lostNetwork({ network, observed }: Scene, { networks, labels }: ObservedContainer, spec: Spec): Reason | null {
  const endpoint = networks[network.name];
  if (!endpoint) {
    const isOurs = labels[LABEL.fields] !== undefined;
    return isOurs && spec.network.kind === 'network' ? { code: 'network-recreated' } : null;
  }
  const present = observed.networks.find(({ name }) => name === network.name);
  const gone = !present || (endpoint.networkId !== null && endpoint.networkId !== present.id);
  return gone ? { code: 'network-recreated' } : null;
}

function whyRecreate(
  current: ObservedContainer,
  { spec, print }: ReturnType<typeof specForUnit>,
  context: UnitContext,
): Reason | null {
  if (context.recreate === 'never') return null;
  if (context.recreate === 'always') return { code: 'asked-for' };
  const differs = whyReplace(current, print);
  if (differs) return differs;
  const own = [...spec.mounts.map(({ target }) => target), ...Object.keys(spec.tmpfs)];
  const parent = context.hangsOn.find(
    (each) => each.created !== null || hasLost(current, each, { hangsOn: context.hangsOn, own }),
  );
  return parent ? { code: 'dependency-recreated', on: parent.unit.name } : null;
}

/** Whether a container still has the network or the volumes that one it hangs on had before that was made anew. */
function hasLost(current: ObservedContainer, { unit, because }: Parent, { hangsOn, own }: Hanging): boolean {
  if (!unit.current) return false;
  if (because === 'net') return current.sharesNetworkOf !== unit.current.id;
  const others = hangsOn.filter((other) => other.unit !== unit).flatMap((other) => other.unit.current?.mounts ?? []);
  // Where several mount at one place, or the container itself does, it is not this one's volume that counts.
  const elsewhere = new Set([...others.map(({ target }) => target), ...own]);
  return unit.current.mounts.some(
    ({ target, volume }) =>
      !elsewhere.has(target) && current.mounts.some((mount) => mount.target === target && mount.volume !== volume),
  );
}

interface Hanging {
  readonly hangsOn: readonly Parent[];
  /** Where the container itself mounts something. */
  readonly own: readonly string[];
}

function planMissing(unit: Found, spec: Spec, context: Context): Planned {
  const why: Reason = { code: 'missing' };
  const create = steps.createContainer(spec, why, [...context.createNeeds(), ...context.before]);
  const attach = attachStep(unit, context, { why, after: create });
  const start = steps.startContainer(unit.name, why, [create, attach, ...context.startNeeds()]);
  const all = [create, attach, start].flatMap((step) => step ?? []);
  return { steps: all, rescues: [], created: create.id, started: start.id };
}

/** It is what is wanted: at most its name is put right, and it is started. */
function planStaying(unit: Found & { readonly current: ObservedContainer }, context: Context): Planned {
  const { current, name, setAside } = unit;
  const renamed: Reason = setAside ? { code: 'interrupted' } : { code: 'config-changed', fields: ['container_name'] };
  const back = current.name === name ? null : steps.renameContainer(current.name, name, renamed, context.before);
  const container = back ? name : current.name;
  const running = isUp(current);
  const why: Reason = { code: 'not-running', state: current.state };
  const attach = attachStep({ ...unit, name: container }, context, { why, after: back, fromNow: running });
  const start = running
    ? null
    : steps.startContainer(container, why, [back, attach, ...context.before, ...context.startNeeds()]);
  const all = [back, attach, start].flatMap((step) => step ?? []);
  return { steps: all, rescues: [], created: null, started: start?.id ?? null };
}

/**
 * Makes the new container beside the old one, which is renamed and runs on until the new one can start. The old one is
 * removed only when the new one has started; if that goes wrong, the rescue puts it back (decisions 8).
 */
function planReplacement(
  unit: Found & { readonly current: ObservedContainer },
  spec: Spec,
  context: Context & { readonly why: Reason },
): Planned {
  const { current, name, setAside } = unit;
  const { why, grace } = context;
  const aside = setAside ? current.name : replacedName(name);
  const before = setAside ? name : current.name;
  const rename = setAside
    ? null
    : steps.renameContainer(current.name, aside, why, [...context.before, ...context.createNeeds()]);
  const create = steps.createContainer(spec, why, [rename, ...context.before, ...context.createNeeds()]);
  const attach = attachStep(unit, context, { why, after: create });
  const needs = [create, attach, ...context.startNeeds()];
  const stop = isUp(current) ? steps.stopContainer({ container: aside, grace }, why, needs) : null;
  const start = steps.startContainer(name, why, [stop, ...needs]);
  const remove = steps.removeContainer({ container: aside, volumes: false }, why, [start]);
  const putBack: Reason = { code: 'interrupted' };
  const undoing = (step: Step): Step => ({ ...step, id: `undo: ${step.id}` });
  const undo: RescueStep[] = [
    // Only what this plan has made: the name may be somebody else's, and that may be why it could not be made.
    { ...undoing(steps.removeContainer({ container: name, volumes: false }, putBack)), onlyIf: create.id },
    undoing(steps.renameContainer(aside, before, putBack)),
    ...(isUp(current) ? [undoing(steps.startContainer(before, putBack))] : []),
  ];
  const guarded = [create, stop, start].flatMap((step) => step?.id ?? []);
  return {
    steps: [rename, create, attach, stop, start, remove].flatMap((step) => step ?? []),
    rescues: [{ after: rename?.id ?? null, guards: guarded, steps: undo }],
    created: create.id,
    started: start.id,
  };
}

interface AttachPlan {
  readonly why: Reason;
  readonly after: Step | null;
  readonly fromNow?: boolean;
}

function attachStep(unit: Unit, context: UnitContext, { why, after, fromNow = false }: AttachPlan): Step | null {
  if (!context.attach) return null;
  return steps.attachContainer({ container: unit.name, tty: unit.service.tty, fromNow }, why, [after]);
}
