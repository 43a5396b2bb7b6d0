import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import { isUp } from '../plan/replicas.js';
import { containersOf, planRemove } from '../plan/plan-stop.js';
import { carryOut } from './carry-out.js';
import { locked } from './locked.js';
import { findContainers, listProject, type ContainersRequest, type ContainersResult } from './on-containers.js';
import type { World } from './world.js';

export interface RemoveRequest extends ContainersRequest {
  /** Stop those that run first; otherwise they are left alone. */
  readonly stop: boolean;
  readonly volumes: boolean;
  /** Asked with the names of what would go; false: nothing is done. */
  readonly confirm: (containers: readonly string[]) => Promise<boolean>;
}

/** Removes the services' stopped containers, and with `stop` the running ones too. */
export async function remove(
  world: World,
  request: RemoveRequest,
  control: Control,
): Promise<Checked<ContainersResult>> {
  const found = await findContainers(world, request, control);
  if (!found.ok) return found;
  const { engine, project } = found.value;
  return locked(world, { engine, project: project.name }, control, async () => {
    const all = await listProject(world, found.value, control);
    const going = containersOf({ containers: all }, found.value.services).filter(
      (container) => request.stop || !isUp(container),
    );
    const names = going.map(({ name }) => name);
    if (names.length === 0 || !(await request.confirm(names))) return good({ containers: names, outcomes: [] });
    const plan = planRemove(project, going, { stop: request.stop, volumes: request.volumes, all });
    return good({ containers: names, outcomes: await carryOut(plan, { engine }, control, request) });
  });
}
