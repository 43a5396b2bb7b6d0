import type { Engine } from '../engine/engine.js';
import { readNamed, type Named } from '../graph/instances.js';
import { ownValue } from '../lib/own-value.js';
import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Outcomes, Plan } from '../model/plan.js';
import type { Project } from '../model/project.js';
import { containersOf } from '../plan/plan-stop.js';
import { numberOf, serviceOf } from '../model/replica.js';
import { carryOut } from './carry-out.js';
import type { ProjectRequest } from './find-file.js';
import { locked } from './locked.js';
import { prepare } from './prepare.js';
import type { ProjectOwner } from './project-owner.js';
import type { World } from './world.js';

/** A verb on the containers that services have. */
export interface ContainersRequest extends ProjectRequest {
  /** Services, and containers such as `web@2`; all services when there are none. */
  readonly services: readonly string[];
  readonly parallel: number;
}

export interface ContainersResult {
  /** Names of the containers there were, in start order. */
  readonly containers: readonly string[];
  /** What was named and has no container: `web`, or `web@2`. */
  readonly missing: readonly string[];
  readonly outcomes: Outcomes;
}

type Planner = (project: Project, containers: readonly ObservedContainer[]) => Plan;

/** Looks once, plans, and does it, while nobody else works on the project. */
export async function onContainers(
  world: World,
  request: ContainersRequest,
  control: Control,
  planner: Planner,
): Promise<Checked<ContainersResult>> {
  const found = await findContainers(world, request, control);
  if (!found.ok) return found;
  const { engine, project } = found.value;
  return locked(world, { engine, project: project.name }, control, async () => {
    const containers = containersIn(found.value, await claimContainers(found.value, control));
    const outcomes = await carryOut(planner(project, containers), { engine }, control, { parallel: request.parallel });
    const missing = missingOf(request.services, containers);
    return good({ containers: containers.map(({ name }) => name), missing, outcomes });
  });
}

const missingOf = (named: readonly string[], containers: readonly ObservedContainer[]): string[] =>
  named.filter(
    (word) => !containers.some((each) => [serviceOf(each), `${serviceOf(each)}@${numberOf(each)}`].includes(word)),
  );

export interface FoundServices extends Named {
  readonly engine: Engine;
  readonly project: Project;
  readonly owner: ProjectOwner;
  /** In start order. */
  readonly services: readonly string[];
}

/** The project and the services named. */
export async function findContainers(
  world: World,
  request: ProjectRequest & { readonly services: readonly string[] },
  control: Control,
): Promise<Checked<FoundServices>> {
  const prepared = await prepare(world, request, control, { needsFiles: false });
  if (!prepared.ok) return prepared;
  const { project, needs, owner } = prepared.value;
  const order = [...needs.keys()];
  const named = readNamed(project, order, request.services);
  if (!named.ok) return named;
  const { services, instances } = named.value;
  const engine = await world.connectEngine(control.signal);
  return good({ engine, project, owner, services: order.filter((name) => services.includes(name)), instances });
}

/** Of all containers of the project the services' own, as far as they were named, in start order. */
export const containersIn = (
  { services, instances }: Named,
  containers: readonly ObservedContainer[],
): ObservedContainer[] =>
  containersOf({ containers }, services).filter(
    (container) => ownValue(instances, serviceOf(container))?.includes(numberOf(container)) ?? true,
  );

/** Whether the service of this container was named as a whole, so that its one-offs are meant as well. */
export const isNamedAsWhole = ({ services, instances }: Named, container: ObservedContainer): boolean =>
  services.includes(serviceOf(container)) && ownValue(instances, serviceOf(container)) === undefined;

/** Every container of the project, to be changed. Throws `project-elsewhere`. */
export async function claimContainers(
  { engine, project, owner }: FoundServices,
  { signal }: Control,
): Promise<readonly ObservedContainer[]> {
  const containers = await engine.listContainers({ project: project.name, signal });
  await owner.claim(containers);
  return containers;
}
