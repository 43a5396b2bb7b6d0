import type { Engine } from '../engine/engine.js';
import { namedServices } from '../graph/select.js';
import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Outcomes, Plan } from '../model/plan.js';
import type { Project } from '../model/project.js';
import { containersOf } from '../plan/plan-stop.js';
import { carryOut } from './carry-out.js';
import type { ProjectRequest } from './find-file.js';
import { locked } from './locked.js';
import { refuseElsewhere } from './look.js';
import { prepare } from './prepare.js';
import type { World } from './world.js';

/** A verb on the containers that services have. */
export interface ContainersRequest extends ProjectRequest {
  readonly services: readonly string[];
  readonly parallel: number;
}

export interface ContainersResult {
  /** Names of the containers there were, in start order. */
  readonly containers: readonly string[];
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
  const { engine, project, services } = found.value;
  return locked(world, { engine, project: project.name }, control, async () => {
    const containers = await listServices(world, { engine, project, services }, control);
    const outcomes = await carryOut(planner(project, containers), { engine }, control, { parallel: request.parallel });
    return good({ containers: containers.map(({ name }) => name), outcomes });
  });
}

export interface FoundServices {
  readonly engine: Engine;
  readonly project: Project;
  /** In start order. */
  readonly services: readonly string[];
}

/** The project and the services named. */
export async function findContainers(
  world: World,
  request: ProjectRequest & { readonly services: readonly string[] },
  control: Control,
): Promise<Checked<FoundServices>> {
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  const { project, needs } = prepared.value;
  const order = [...needs.keys()];
  const named = namedServices(order, request.services);
  if (!named.ok) return named;
  const engine = await world.connectEngine(control.signal);
  return good({ engine, project, services: order.filter((name) => named.value.includes(name)) });
}

/** The services' own containers, in start order. Throws `project-elsewhere`. */
export const listServices = async (
  world: World,
  found: FoundServices,
  control: Control,
): Promise<ObservedContainer[]> =>
  containersOf({ containers: await listProject(world, found, control) }, found.services);

/** Every container of the project. Throws `project-elsewhere`. */
export async function listProject(
  world: World,
  { engine, project }: FoundServices,
  { signal }: Control,
): Promise<readonly ObservedContainer[]> {
  const containers = await engine.listContainers({ project: project.name, signal });
  refuseElsewhere(world, project, { containers });
  return containers;
}
