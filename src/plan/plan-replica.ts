import type { Milliseconds } from '../lib/units.js';
import { LABEL, replacedName } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Dependency } from '../model/project.js';
import type { Reason, Rescue, RescueStep, Step } from '../model/plan.js';
import { whyReplace } from './compare.js';
import { imageOf, type PlanInput } from './plan-input.js';
import { rememberingSpec, specForReplica } from './spec-for.js';
import * as steps from './steps.js';
import { isUp, type Replica } from './replicas.js';

/** What the rest of the plan tells about one replica's surroundings. The needs are asked for only when they are used. */
export interface ReplicaContext {
  readonly recreate: 'changed' | 'never' | 'always';
  readonly grace: Milliseconds | null;
  readonly attach: boolean;
  readonly createNeeds: () => readonly string[];
  readonly startNeeds: () => readonly string[];
  /** The containers that this one hangs on (volumes, network): when one of them is made anew, this one must follow. */
  readonly sharesWith: readonly SharedParent[];
}

/** A container that another hangs on, by its volumes or its network. */
export interface SharedParent {
  readonly replica: Replica;
  /** The step that makes it anew, or null. */
  readonly created: string | null;
  readonly because: Dependency['because'];
}

/** The steps of one replica, and the ids that others wait for: null where nothing is done. */
export interface ReplicaPlan {
  readonly replica: Replica;
  readonly steps: readonly Step[];
  readonly rescues: readonly Rescue[];
  readonly created: string | null;
  readonly started: string | null;
  /** It has a health check, so that it can be waited for; and the check passes already. */
  readonly checked: boolean;
  readonly healthy: boolean;
}

export function planReplica(input: PlanInput, replica: Replica, context: ReplicaContext): ReplicaPlan {
  const duplicates = replica.duplicates.map(({ name }) =>
    steps.removeContainer({ container: name, volumes: false }, { code: 'excess' }),
  );
  const found = assessReplacement(replica);
  const before = [...duplicates, ...found.leftovers];
  const plan = planFound(input, { ...replica, ...found }, { ...context, before });
  const { test } = replica.service.healthcheck ?? { test: null };
  const checks = test ?? imageOf(input, replica.service)?.healthcheck?.test ?? null;
  return {
    ...plan,
    replica,
    steps: [...before, ...plan.steps],
    checked: checks !== null && checks[0] !== 'NONE',
    healthy: replica.current?.health === 'healthy',
  };
}

/** The replica after a look at what an interrupted replacement left: who counts as the current container, what goes away. */
interface Stock {
  readonly current: ObservedContainer | null;
  /** True when `current` still has the name that a container gets while it is being replaced. */
  readonly setAside: boolean;
  readonly leftovers: readonly Step[];
}

function assessReplacement({ current, replaced }: Replica): Stock {
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

type Found = Replica & Stock;
type Context = ReplicaContext & { readonly before: readonly Step[] };
type Planned = Pick<ReplicaPlan, 'steps' | 'rescues' | 'created' | 'started'>;

function planFound(input: PlanInput, replica: Found, context: Context): Planned {
  const wanted = specForReplica(input, replica);
  const { current } = replica;
  const why = current && (lostNetwork(input, current, wanted.spec) ?? whyRecreate(current, wanted, context));
  if (current && !why) return planStaying({ ...replica, current }, context);
  const spec = rememberingSpec(wanted.spec, wanted.print);
  return current && why
    ? planReplacement({ ...replica, current }, spec, { ...context, why })
    : planMissing(replica, spec, context);
}

type Spec = ReturnType<typeof specForReplica>['spec'];

/**
 * A container whose network is gone cannot start again: the engine remembers the network by its id. One that somebody took
 * off its network, perhaps to remove that, runs where nothing finds it.
 */
function lostNetwork(
  { network, observed }: PlanInput,
  { networks, labels }: ObservedContainer,
  spec: Spec,
): Reason | null {
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
  { spec, print }: ReturnType<typeof specForReplica>,
  context: ReplicaContext,
): Reason | null {
  if (context.recreate === 'never') return null;
  if (context.recreate === 'always') return { code: 'asked-for' };
  const differs = whyReplace(current, print);
  if (differs) return differs;
  const own = [...spec.mounts.map(({ target }) => target), ...Object.keys(spec.tmpfs)];
  const parent = context.sharesWith.find(
    (each) => each.created !== null || hasLost(current, each, { sharesWith: context.sharesWith, own }),
  );
  return parent ? { code: 'dependency-recreated', on: parent.replica.name } : null;
}

/** Whether a container still has the network or the volumes that one it hangs on had before that was made anew. */
function hasLost(
  current: ObservedContainer,
  { replica, because }: SharedParent,
  { sharesWith, own }: Hanging,
): boolean {
  if (!replica.current) return false;
  if (because === 'net') return current.sharesNetworkOf !== replica.current.id;
  const others = sharesWith
    .filter((other) => other.replica !== replica)
    .flatMap((other) => other.replica.current?.mounts ?? []);
  // Where several mount at one place, or the container itself does, it is not this one's volume that counts.
  const elsewhere = new Set([...others.map(({ target }) => target), ...own]);
  return replica.current.mounts.some(
    ({ target, volume }) =>
      !elsewhere.has(target) && current.mounts.some((mount) => mount.target === target && mount.volume !== volume),
  );
}

interface Hanging {
  readonly sharesWith: readonly SharedParent[];
  /** Where the container itself mounts something. */
  readonly own: readonly string[];
}

function planMissing(replica: Found, spec: Spec, context: Context): Planned {
  const why: Reason = { code: 'missing' };
  const create = steps.createContainer(spec, why, [...context.createNeeds(), ...context.before]);
  const attach = attachStep(replica, context, { why, after: create });
  const start = steps.startContainer(replica.name, why, [create, attach, ...context.startNeeds()]);
  const all = [create, attach, start].flatMap((step) => step ?? []);
  return { steps: all, rescues: [], created: create.id, started: start.id };
}

/** It is what is wanted: at most its name is put right, and it is started. */
function planStaying(replica: Found & { readonly current: ObservedContainer }, context: Context): Planned {
  const { current, name, setAside } = replica;
  const renamed: Reason = setAside ? { code: 'interrupted' } : { code: 'config-changed', fields: ['container_name'] };
  const back = current.name === name ? null : steps.renameContainer(current.name, name, renamed, context.before);
  const container = back ? name : current.name;
  const running = isUp(current);
  const why: Reason = { code: 'not-running', state: current.state };
  const attach = attachStep({ ...replica, name: container }, context, { why, after: back, fromNow: running });
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
  replica: Found & { readonly current: ObservedContainer },
  spec: Spec,
  context: Context & { readonly why: Reason },
): Planned {
  const { current, name, setAside } = replica;
  const { why, grace } = context;
  const aside = setAside ? current.name : replacedName(name);
  const before = setAside ? name : current.name;
  const rename = setAside
    ? null
    : steps.renameContainer(current.name, aside, why, [...context.before, ...context.createNeeds()]);
  const create = steps.createContainer(spec, why, [rename, ...context.before, ...context.createNeeds()]);
  const attach = attachStep(replica, context, { why, after: create });
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

function attachStep(
  replica: Replica,
  context: ReplicaContext,
  { why, after, fromNow = false }: AttachPlan,
): Step | null {
  if (!context.attach) return null;
  return steps.attachContainer({ container: replica.name, tty: replica.service.tty, fromNow }, why, [after]);
}
