import { LABEL } from '../model/names.js';
import type { ContainerDetails, Observed, ObservedImage } from '../model/observed.js';
import type { Project, Service } from '../model/project.js';
import { addressToNumber, contains, numberToAddress } from './ipv4.js';
import { planNetwork, type NetworkPlan } from './plan-network.js';
import { findReplicas, type Instances, type Scale, type Replica, type Replicas } from './replicas.js';

/** Everything that planning a container looks at: what is wanted, what was found, and who gets which address. */
export interface PlanInput {
  readonly project: Project;
  /** tsfig's own. */
  readonly version: string;
  readonly observed: Observed;
  readonly replicas: Replicas;
  readonly network: NetworkPlan;
  /** Fixed address by container name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Address on the project's network of the containers of others that services link to, by their name in the file. */
  readonly externalAddresses: ReadonlyMap<string, string>;
}

interface PlanInputOptions {
  readonly scale: Scale;
  readonly instances?: Instances;
  readonly version: string;
}

export function buildPlanInput(
  project: Project,
  observed: Observed,
  { version, ...wanted }: PlanInputOptions,
): PlanInput {
  const replicas = findReplicas(project, observed.containers, wanted);
  const network = planNetwork(project, observed);
  const addresses = assignAddresses(project, observed, { replicas, network });
  return {
    project,
    version,
    observed,
    replicas,
    network,
    addresses,
    externalAddresses: assignExternalAddresses(project, observed, network, addresses),
  };
}

export const imageOf = (input: PlanInput, service: Service): ObservedImage | null =>
  input.observed.images.get(service.source.ref) ?? null;

export const externalOf = (input: PlanInput, name: string): ContainerDetails | null =>
  input.observed.externalContainers.get(name) ?? null;

/**
 * A fixed address for every place on the project's network, in file order, whichever services are asked for. A container
 * that has one keeps it; the others get the lowest that are free. So a restart or a recreation keeps the address, and
 * the variables that name it stay true (decisions 5).
 */
function assignAddresses(
  project: Project,
  observed: Observed,
  { replicas, network }: { readonly replicas: Replicas; readonly network: NetworkPlan },
): Map<string, string> {
  const range = network.fixed;
  const addresses = new Map<string, string>();
  if (!range) return addresses;
  const taken = new Set(heldAddresses(observed, network.name));
  const places = [...project.services.values()]
    .filter(({ net }) => net.kind === 'project')
    .flatMap(({ name }) => replicas.wanted.get(name) ?? []);
  for (const replica of places) {
    const kept = network.toCreate === null ? keptAddress(replica, network.name) : null;
    if (kept !== null && contains(range, addressToNumber(kept) ?? -1)) addresses.set(replica.name, kept);
  }
  let next = range.from;
  for (const replica of places.filter(({ name }) => !addresses.has(name))) {
    while (taken.has(numberToAddress(next)) && next <= range.to) next += 1;
    if (next > range.to) break; // the rest get dynamic addresses: a /20 has room for 2,000 containers
    addresses.set(replica.name, numberToAddress(next));
    next += 1;
  }
  return addresses;
}

/**
 * Addresses for the containers of others that services link to: the one they have, or one from the upper end of the
 * fixed ones. There they are in nobody's way, even while the services that link to them are not looked at.
 */
function assignExternalAddresses(
  project: Project,
  observed: Observed,
  network: NetworkPlan,
  addresses: ReadonlyMap<string, string>,
): Map<string, string> {
  const externalAddresses = new Map<string, string>();
  const taken = new Set([...heldAddresses(observed, network.name), ...addresses.values()]);
  let next = network.fixed?.to ?? 0;
  for (const target of externalsOnNetwork(project)) {
    const found = observed.externalContainers.get(target);
    if (!found) continue;
    const has = network.toCreate === null ? found.networks[network.name] : undefined;
    while (taken.has(numberToAddress(next))) next -= 1;
    const free = network.fixed && contains(network.fixed, next) ? numberToAddress(next) : null;
    const address = has ? (has.fixed ?? has.address) : free;
    if (address === null) continue;
    externalAddresses.set(target, address);
    taken.add(address);
  }
  return externalAddresses;
}

/** The containers of others that services on the project's network link to. */
export const externalsOnNetwork = ({ services }: Project): ReadonlySet<string> =>
  new Set(
    [...services.values()]
      .filter(({ net }) => net.kind === 'project')
      .flatMap(({ externalLinks }) => externalLinks.map(({ target }) => target)),
  );

const keptAddress = ({ current, renamedAside }: Replica, network: string): string | null =>
  (current ?? renamedAside)?.networks[network]?.fixed ?? null;

const heldAddresses = (observed: Observed, network: string): string[] =>
  [...observed.containers, ...observed.externalContainers.values()].flatMap(({ networks }) => {
    const held = networks[network];
    return [held?.fixed, held?.address].flatMap((address) => address ?? []);
  });

/** The labels that say whose container it is (decisions 2). */
export function identityLabels(
  { project, version }: PlanInput,
  service: string,
  number: number | null,
): Record<string, string> {
  return {
    [LABEL.project]: project.name,
    [LABEL.service]: service,
    [LABEL.oneOff]: number === null ? 'True' : 'False',
    [LABEL.number]: String(number ?? 1),
    [LABEL.version]: version,
    [LABEL.workingDir]: project.directory,
    [LABEL.configFiles]: project.file,
  };
}
