import type { Engine, EngineInfo } from '../engine/engine.js';
import type { Span } from '../model/diagnostic.js';
import { hasCode, TsfigError } from '../model/errors.js';
import {
  type AddressSpace,
  type ContainerDetails,
  type LinkStyle,
  type Observed,
  findOwnNetwork,
} from '../model/observed.js';
import type { Project, Service } from '../model/project.js';
import { readRange } from '../plan/ipv4.js';
import { seeImages } from './see-images.js';

/** What this machine knows of the address space around the engine. */
export interface Surroundings {
  readonly hostname: string;
  readonly kernel: string;
  readonly taken: () => readonly string[];
  /** A range to choose from instead of the engine's own, such as `10.123.0.0/16`. */
  readonly pool: string | null;
}

export interface Looking {
  readonly project: Project;
  /** The services whose images and external containers matter. */
  readonly services: readonly Service[];
  /** The volumes are listed even where no service names one. */
  readonly everyVolume: boolean;
  readonly surroundings: Surroundings;
}

/** One photograph: a handful of requests side by side, however many containers there are. */
export async function observe(engine: Engine, looking: Looking, signal: AbortSignal): Promise<Observed> {
  const { project, services } = looking;
  const call = { signal };
  const listing = engine.listContainers({ project: project.name, signal });
  const [containers, networks, volumes, images, externalContainers] = await Promise.all([
    listing,
    engine.listNetworks(call),
    looking.everyVolume || hasNamedVolumes(services) ? engine.listVolumes({ project: project.name, signal }) : [],
    seeImages(engine, services, listing, signal),
    inspectExternals(engine, services, signal),
  ]);
  const addressSpace = findOwnNetwork(project.name, networks) ? null : await findAddressSpace(engine, looking, signal);
  return {
    containers,
    images,
    networks,
    volumes,
    externalContainers,
    addressSpace,
    linkStyle: linkStyleOf(await engine.engineInfo(call)),
  };
}

/** The API that came with Engine 28.0, the first with the second way. */
const PROTOCOL_FIRST_SINCE = 48;

/** Podman has no legacy links of its own, so it gets the way that is in force. */
export const linkStyleOf = ({ flavor, apiVersion }: EngineInfo): LinkStyle =>
  flavor === 'podman' || Number(apiVersion.split('.')[1]) >= PROTOCOL_FIRST_SINCE ? 'protocol-first' : 'number-first';

const hasNamedVolumes = (services: readonly Service[]): boolean =>
  services.some(({ mounts }) => mounts.some(({ kind }) => kind === 'volume'));

/** The containers of others that these services name. One that is not there is an error before anything is changed. */
async function inspectExternals(
  engine: Engine,
  services: readonly Service[],
  signal: AbortSignal,
): Promise<Map<string, ContainerDetails>> {
  const named = new Map<string, string>();
  for (const service of services) {
    const { name, at: place, externalLinks, volumesFrom, net } = service;
    const add = (container: string, key: string, { file, line }: Span): void =>
      void named.set(container, `${key} of ${name} names (${file}:${line})`);
    for (const { target, at } of externalLinks) add(target, 'external_links', at);
    for (const { source, external } of volumesFrom) if (external) add(source, 'volumes_from', place);
    if (net.kind === 'container') add(net.container, 'net', place);
  }
  const found = await Promise.all(
    [...named].map(async ([name, where]) => {
      try {
        return [name, await engine.inspectContainer(name, { signal })] as const;
      } catch (error) {
        if (!hasCode(error, 'container-not-found')) throw error;
        throw new TsfigError('container-not-found', `there is no container ${name}, which ${where}`, {
          hint: 'start it first, or correct its name; it is neither a service of the file nor a container of the engine',
        });
      }
    }),
  );
  return new Map(found);
}

/** Size of the networks cut from a pool that the user names: room for 126 fixed addresses. */
const NAMED_POOL_SIZE = 24;

/**
 * Where a new network may lie. The routes of this machine matter only when the engine runs on it; of an engine elsewhere
 * its own pools and networks are all that can be known. Throws `bad-usage` for a range of the user that is none.
 */
async function findAddressSpace(engine: Engine, { surroundings }: Looking, signal: AbortSignal): Promise<AddressSpace> {
  const host = await engine.inspectHost({ signal });
  const here = host.hostname === surroundings.hostname && host.kernel === surroundings.kernel;
  const { pool } = surroundings;
  if (pool !== null && !readRange(pool)) {
    const hint = 'write it as in TSFIG_SUBNET_POOL=10.123.0.0/16';
    throw new TsfigError('bad-usage', `TSFIG_SUBNET_POOL is "${pool}", which is no range of addresses`, { hint });
  }
  return {
    pools: pool === null ? host.pools : [{ base: pool, size: Math.max(NAMED_POOL_SIZE, Number(pool.split('/')[1])) }],
    taken: here ? surroundings.taken() : [],
    rangeKeepsFixed: (await engine.engineInfo({ signal })).flavor === 'docker',
  };
}
