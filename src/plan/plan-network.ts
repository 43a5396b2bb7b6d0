import { TsfigError } from '../model/errors.js';
import { LABEL, networkName } from '../model/names.js';
import { findOwnNetwork, type Observed } from '../model/observed.js';
import type { NetworkSpec } from '../model/container-spec.js';
import type { Project } from '../model/project.js';
import type { Range } from './ipv4.js';
import { chooseSubnet, layOut, networkSpec } from './subnet.js';

/** The project's network: what is to be made, and where fixed addresses lie in it. */
export interface NetworkPlan {
  readonly name: string;
  /** Null while it is not there. */
  readonly id: string | null;
  /** Null when it is there already. */
  readonly toCreate: NetworkSpec | null;
  readonly fixed: Range | null;
}

/**
 * The network that tsfig gave its subnet, whatever its name, or a new one. A network of the project's name that another
 * tool made keeps its containers until they are taken over one by one: fixed addresses need a subnet that was given
 * (decisions 5), and a container cannot be moved off a network that goes (seen on 28.5).
 */
export function planNetwork(project: Project, observed: Observed): NetworkPlan {
  const ours = findOwnNetwork(project.name, observed.networks);
  const subnet = ours?.subnets[0];
  if (ours && subnet !== undefined) {
    return { name: ours.name, id: ours.id, toCreate: null, fixed: layOut(subnet)?.fixed ?? null };
  }
  const usual = networkName(project.name);
  const name = observed.networks.some((network) => network.name === usual) ? `${project.name}_tsfig` : usual;
  const chosen = observed.addressSpace && chooseSubnet(observed.addressSpace, observed.networks);
  if (!observed.addressSpace || chosen === null) throw noSubnet(name);
  const labels = { [LABEL.project]: project.name, [LABEL.network]: 'default', [LABEL.addresses]: 'fixed' };
  const toCreate = networkSpec(name, chosen, observed.addressSpace, labels);
  return { name, id: null, toCreate, fixed: layOut(chosen)?.fixed ?? null };
}

const noSubnet = (name: string): TsfigError =>
  new TsfigError('subnet-taken', `no free subnet is left for the network ${name}`, {
    hint: 'remove networks that nobody uses, or name a range of your own in TSFIG_SUBNET_POOL, such as 10.123.0.0/16',
  });
