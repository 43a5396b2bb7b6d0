import { linkStyleOf, observe } from '../apply/observe.js';
import type { Engine } from '../engine/engine.js';
import { hasCode } from '../model/errors.js';
import type { ContainerDetails, Observed } from '../model/observed.js';
import type { Project, Service } from '../model/project.js';
import type { Prepared } from './prepare.js';
import { markRestarting } from './restarting.js';
import type { World } from './world.js';

/** One photograph for these services and what they link to. Between two restarts nothing counts as running. */
export async function look(
  world: World,
  engine: Engine,
  {
    prepared: { project },
    services,
    everyVolume = false,
  }: { readonly prepared: Prepared; readonly services: readonly string[]; readonly everyVolume?: boolean },
  signal: AbortSignal,
): Promise<Observed> {
  const { hostname, kernel, taken } = world.host.routes;
  const pool = world.environment['TSFIG_SUBNET_POOL'] ?? null;
  const surroundings = { hostname, kernel, taken, pool };
  const wanted = withTargets(project, services);
  const observed = await observe(engine, { project, services: wanted, everyVolume, surroundings }, signal);
  return { ...observed, containers: await markRestarting(engine, project, observed.containers, signal) };
}

/** Services and the targets of their links, whose images tell what the variables of links say. */
export function withTargets(project: Project, names: readonly string[]): Service[] {
  const wanted = new Set(names);
  for (const name of names) for (const { target } of project.services.get(name)?.links ?? []) wanted.add(target);
  return [...wanted].flatMap((name) => project.services.get(name) ?? []);
}

/** What is there of a project that is going away: no images, no address space, and containers of others only if they are there. */
export async function observeForDown(engine: Engine, project: Project, signal: AbortSignal): Promise<Observed> {
  const [containers, networks, volumes, externalContainers] = await Promise.all([
    engine.listContainers({ project: project.name, signal }),
    engine.listNetworks({ signal }),
    engine.listVolumes({ project: project.name, signal }),
    inspectExternals(engine, project, signal),
  ]);
  return {
    containers,
    networks,
    volumes,
    externalContainers,
    images: new Map(),
    addressSpace: null,
    linkStyle: linkStyleOf(await engine.engineInfo({ signal })),
  };
}

async function inspectExternals(
  engine: Engine,
  project: Project,
  signal: AbortSignal,
): Promise<Map<string, ContainerDetails>> {
  const externalAddresses = new Set(
    [...project.services.values()].flatMap(({ externalLinks }) => externalLinks.map(({ target }) => target)),
  );
  const found = await Promise.all(
    [...externalAddresses].map(async (name) => {
      try {
        return [[name, await engine.inspectContainer(name, { signal })] as const];
      } catch (error) {
        if (hasCode(error, 'container-not-found')) return []; // gone already: nothing to take off the network
        throw error;
      }
    }),
  );
  return new Map(found.flat());
}
