import { TsfigError } from '../model/errors.js';
import { LABEL, networkName } from '../model/names.js';
import type { Observed, ObservedNetwork } from '../model/observed.js';
import type { Step } from '../model/plan.js';
import type { Project } from '../model/project.js';
import type { Range } from './ipv4.js';
import * as steps from './steps.js';
import { chooseSubnet, layOut, networkSpec } from './subnet.js';

/** The project's network: what makes it, and where fixed addresses lie in it. */
export interface NetworkPlan {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The step after which it is there, or null when it is there already. */
  readonly ready: string | null;
  readonly fixed: Range | null;
}

/** Marks a network whose subnet tsfig chose; in any other the engine refuses fixed addresses. */
const OURS = 'tsfig.addresses';

/** The network is made anew when another tool made it: fixed addresses need a subnet that was given (decisions 5). */
export function planNetwork(project: Project, observed: Observed): NetworkPlan {
  const name = networkName(project.name);
  const there = observed.networks.find((network) => network.name === name);
  const subnet = there?.subnets[0];
  if (there && there.labels[OURS] === 'fixed' && subnet !== undefined) {
    return { name, steps: [], ready: null, fixed: layOut(subnet)?.fixed ?? null };
  }
  const others = observed.networks.filter((network) => network !== there);
  const chosen = observed.addressSpace && chooseSubnet(observed.addressSpace, others);
  if (!observed.addressSpace || chosen === null) throw noSubnet(name);
  const spec = networkSpec(name, chosen, observed.addressSpace, {
    [LABEL.project]: project.name,
    [LABEL.network]: 'default',
    [OURS]: 'fixed',
  });
  const fixed = layOut(chosen)?.fixed ?? null;
  if (!there) {
    const create = steps.createNetwork(spec, { code: 'missing' });
    return { name, steps: [create], ready: create.id, fixed };
  }
  const moved = replaceNetwork(there, observed, steps.createNetwork(spec, { code: 'foreign' }));
  return { name, steps: moved, ready: moved.at(-1)?.id ?? null, fixed };
}

const noSubnet = (name: string): TsfigError =>
  new TsfigError('subnet-taken', `no free subnet is left for the network ${name}`, {
    hint: 'remove networks that nobody uses, or name a range of your own in TSFIG_SUBNET_POOL, such as 10.123.0.0/16',
  });

/** Takes everybody off the network, makes it anew, and puts them back by their service's name. */
function replaceNetwork(there: ObservedNetwork, observed: Observed, create: Step): Step[] {
  const why = { code: 'foreign' } as const;
  const members = observed.containers.filter(({ networks }) => Object.hasOwn(networks, there.name));
  const guests = [...observed.externals].filter(([, { networks }]) => Object.hasOwn(networks, there.name));
  const off = [...members.map(({ name }) => name), ...guests.map(([name]) => name)].map((name) =>
    steps.disconnectNetwork(there.name, name, why),
  );
  const remove = steps.removeNetwork(there.name, why, off);
  const made = { ...create, needs: [remove.id] };
  const back = members.map(({ name, labels }) =>
    steps.connectNetwork(
      { network: there.name, container: name, aliases: [labels[LABEL.service] ?? name], address: null },
      why,
      [made],
    ),
  );
  // Everybody who waits for the network waits for the last of a chain, so that none of them runs beside the move.
  const chained = back.map((step, index) => ({ ...step, needs: [back[index - 1]?.id ?? made.id] }));
  return [...off, remove, made, ...chained];
}
