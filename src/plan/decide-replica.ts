import { LABEL } from '../model/names.js';
import type { ContainerSpec } from '../model/container-spec.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Reason } from '../model/plan.js';
import type { Service } from '../model/project.js';
import { whyReplace } from './compare.js';
import type { Fingerprint } from './fingerprint.js';
import { imageOf, type PlanInput } from './plan-input.js';
import type { Replica } from './replicas.js';
import { rememberingSpec, specForReplica } from './spec-for.js';

/** What is to become of one replica. Steps are made of it when all have been decided, because they may be in each other's way. */
export interface Decision {
  readonly replica: Replica;
  readonly does: Doing;
  /** What goes before anything else: further containers of the same number, and what an interrupted replacement left. */
  readonly leftovers: readonly Leftover[];
  /** It has a health check, so that it can be waited for; and the check passes already. */
  readonly checked: boolean;
  readonly healthy: boolean;
}

export type Doing =
  | { readonly kind: 'create'; readonly spec: ContainerSpec }
  | {
      readonly kind: 'replace';
      readonly spec: ContainerSpec;
      readonly current: ObservedContainer;
      readonly why: Reason;
    }
  /** It is what is wanted: at most it is renamed and started. */
  | { readonly kind: 'keep'; readonly spec: ContainerSpec; readonly current: ObservedContainer };

export interface Leftover {
  readonly container: ObservedContainer;
  readonly why: Reason;
}

/** What decides beside the replica itself. */
export interface DecisionContext {
  readonly recreate: 'changed' | 'never' | 'always';
  /** The containers whose volumes or network this one uses: when one of them is recreated, this one must follow. */
  readonly sharesWith: readonly SharedParent[];
}

/** A container that shares its volumes or its network with another. */
export interface SharedParent {
  readonly replica: Replica;
  readonly isRecreated: boolean;
  readonly shares: 'network' | 'volumes';
}

export function decideReplica(input: PlanInput, replica: Replica, context: DecisionContext): Decision {
  const { current, leftovers } = assessReplacement(replica);
  const duplicates = replica.duplicates.map((container) => ({ container, why: { code: 'above-scale' } as const }));
  const { spec, print } = specForReplica(input, replica);
  const { test } = replica.service.healthcheck ?? { test: null };
  const checks = test ?? imageOf(input, replica.service)?.healthcheck?.test ?? null;
  const why =
    current &&
    (lostNetwork(input, current, spec) ??
      lostParent(input, replica.service, current) ??
      whyRecreate(current, { spec, print }, context));
  return {
    replica,
    does: doingFor(rememberingSpec(spec, print), current, why),
    leftovers: [...duplicates, ...leftovers],
    checked: checks !== null && checks[0] !== 'NONE',
    healthy: replica.current?.health === 'healthy',
  };
}

function doingFor(spec: ContainerSpec, current: ObservedContainer | null, why: Reason | null): Doing {
  if (!current) return { kind: 'create', spec };
  return why ? { kind: 'replace', spec, current, why } : { kind: 'keep', spec, current };
}

/** Who counts as the current container after a look at what an interrupted replacement left, and what of it goes. */
function assessReplacement({ current, renamedAside }: Replica): {
  readonly current: ObservedContainer | null;
  readonly leftovers: readonly Leftover[];
} {
  if (!renamedAside) return { current, leftovers: [] };
  const why: Reason = { code: 'interrupted' };
  // A new container that never started has done nothing yet: the old one still counts.
  const isHalfMade = current?.state === 'created';
  if (!current || isHalfMade) {
    return { current: renamedAside, leftovers: current ? [{ container: current, why }] : [] };
  }
  return { current, leftovers: [{ container: renamedAside, why }] };
}

/**
 * A container whose network is gone cannot start again: the engine remembers the network by its id. One that somebody took
 * off its network, perhaps to remove that, runs where nothing finds it.
 */
function lostNetwork(
  { network, observed }: PlanInput,
  { networks, labels }: ObservedContainer,
  spec: ContainerSpec,
): Reason | null {
  const endpoint = Object.hasOwn(networks, network.name) ? networks[network.name] : undefined;
  if (!endpoint) {
    const isOurs = labels[LABEL.fields] !== undefined;
    return isOurs && spec.network.kind === 'network' ? { code: 'network-recreated' } : null;
  }
  const present = observed.networks.find(({ name }) => name === network.name);
  const gone = !present || (endpoint.networkId !== null && endpoint.networkId !== present.id);
  return gone ? { code: 'network-recreated' } : null;
}

/** A container of others whose network it shares was made anew: the engine remembers that one by its id, too. */
function lostParent({ observed }: PlanInput, { net }: Service, { sharesNetworkOf }: ObservedContainer): Reason | null {
  const parent = net.kind === 'container' ? observed.externalContainers.get(net.container) : undefined;
  return parent && parent.id !== sharesNetworkOf ? { code: 'dependency-recreated', on: parent.name } : null;
}

interface Wanted {
  readonly spec: ContainerSpec;
  readonly print: Fingerprint;
}

function whyRecreate(current: ObservedContainer, { spec, print }: Wanted, context: DecisionContext): Reason | null {
  if (context.recreate === 'never') return null;
  if (context.recreate === 'always') return { code: 'asked-for' };
  const differs = whyReplace(current, print);
  if (differs) return differs;
  const own = [...spec.mounts.map(({ target }) => target), ...Object.keys(spec.tmpfs)];
  const { sharesWith } = context;
  const parent = sharesWith.find((each) => each.isRecreated || hasLost(current, each, { sharesWith, own }));
  return parent ? { code: 'dependency-recreated', on: parent.replica.name } : null;
}

interface Sharing {
  readonly sharesWith: readonly SharedParent[];
  /** Where the container itself mounts something. */
  readonly own: readonly string[];
}

/** Whether a container still has the network or the volumes that one it shares with had before that was recreated. */
function hasLost(current: ObservedContainer, parent: SharedParent, { sharesWith, own }: Sharing): boolean {
  const had = parent.replica.current;
  if (!had) return false;
  if (parent.shares === 'network') return current.sharesNetworkOf !== had.id;
  const others = sharesWith.filter((other) => other !== parent).flatMap((other) => other.replica.current?.mounts ?? []);
  // Where several mount at one place, or the container itself does, it is not this one's volume that counts.
  const elsewhere = new Set([...others.map(({ target }) => target), ...own]);
  return had.mounts.some(
    ({ target, volume }) =>
      !elsewhere.has(target) && current.mounts.some((mount) => mount.target === target && mount.volume !== volume),
  );
}
