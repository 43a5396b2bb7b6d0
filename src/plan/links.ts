import { shortName } from '../model/names.js';
import type { ExposedPort, Service } from '../model/project.js';
import { linkVariables, type LinkTarget } from './link-variables.js';
import { externalOf, imageOf, type PlanInput } from './plan-input.js';
import type { Replica } from './replicas.js';

/** One name under which a consumer knows a container. */
interface LinkName {
  readonly container: string;
  readonly alias: string;
  /** Null while its address is not known. */
  readonly target: LinkTarget | null;
}

/** What a container is told of its links; `hosts` only where there is no endpoint to put links on. */
export interface LinkResult {
  readonly endpointLinks: readonly string[];
  readonly hosts: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
}

/** Who a consumer is: its full container name, and its own service when it links to its own siblings, as one-offs do. */
export interface Consumer {
  readonly name: string;
  readonly service: Service;
  readonly siblings: boolean;
}

export function resolveLinks(input: PlanInput, consumer: Consumer): LinkResult {
  const names = linkNames(input, consumer);
  const variables = new Map<string, string>();
  const told = { consumer: consumer.name, how: consumer.service.linkEnv, style: input.observed.linkStyle };
  for (const { alias, target } of names) {
    if (!target) continue;
    for (const [key, value] of linkVariables({ ...told, alias }, target)) {
      if (!variables.has(key)) variables.set(key, value);
    }
  }
  const onNetwork = consumer.service.net.kind === 'project';
  return {
    endpointLinks: onNetwork ? names.map(({ container, alias }) => `${container}:${alias}`) : [],
    hosts: onNetwork ? [] : names.flatMap(({ alias, target }) => (target ? [`${alias}:${target.address}`] : [])),
    variables,
  };
}

/**
 * Three names for each container of a link's target: the alias, the short name (`db_1`) and the full one
 * (`shop_db_1`). With several containers the alias means the first, as the engine keeps the first registration.
 */
function linkNames(input: PlanInput, { service, siblings }: Consumer): LinkName[] {
  const links = [...service.links, ...(siblings ? [{ target: service.name, alias: service.name }] : [])];
  const names: LinkName[] = [];
  const known = new Set<string>();
  const add = (name: LinkName): void => {
    if (!known.has(name.alias)) names.push(name);
    known.add(name.alias);
  };
  for (const { target, alias } of links) {
    for (const replica of input.replicas.wanted.get(target) ?? []) {
      const told = replicaTarget(input, replica);
      add({ container: replica.name, alias, target: told });
      add({ container: replica.name, alias: shortName(input.project.name, replica.name), target: told });
      add({ container: replica.name, alias: replica.name, target: told });
    }
  }
  for (const { target, alias } of service.externalLinks) {
    add({ container: target, alias, target: externalTarget(input, service, target) });
  }
  return names;
}

function replicaTarget(input: PlanInput, replica: Replica): LinkTarget | null {
  const address = addressOf(input, replica);
  if (address === null) return null;
  const { service } = replica;
  const image = imageOf(input, service);
  const own = Object.entries(service.environment).map(([key, value]) => `${key}=${value}`);
  const inherited = (image?.environment ?? []).filter((entry) => !Object.hasOwn(service.environment, keyOf(entry)));
  const published = service.ports.map(({ containerPort, protocol }) => ({ port: containerPort, protocol }));
  return {
    address,
    exposed: unique([...(image?.exposed ?? []), ...service.expose, ...published]),
    environment: [...own, ...inherited],
  };
}

/** The fixed address, or on the engine's default bridge the one it has while it runs. */
export function addressOf(input: PlanInput, { name, current, service }: Replica): string | null {
  if (service.net.kind === 'bridge') return current?.networks['bridge']?.address ?? null;
  return input.addresses.get(name) ?? null;
}

function externalTarget(input: PlanInput, { net }: Service, container: string): LinkTarget | null {
  const found = externalOf(input, container);
  const onBridge = net.kind === 'bridge' ? found?.networks['bridge']?.address : undefined;
  const address = onBridge ?? input.externalAddresses.get(container) ?? null;
  return found && address !== null ? { address, exposed: found.exposed, environment: found.environment } : null;
}

const keyOf = (entry: string): string => entry.split('=', 1)[0] ?? '';

const unique = (ports: readonly ExposedPort[]): ExposedPort[] => [
  ...new Map(ports.map((port) => [`${port.port}/${port.protocol}`, port])).values(),
];
