import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import { isOneOff } from '../model/replica.js';
import { isJob } from '../plan/leftovers.js';
import { planRemove } from '../plan/plan-stop.js';
import { isUp } from '../plan/replicas.js';
import { carryOut } from './carry-out.js';
import { locked } from './locked.js';
import {
  claimContainers,
  containersIn,
  findContainers,
  isNamedAsWhole,
  type ContainersRequest,
  type ContainersResult,
} from './on-containers.js';
import type { World } from './world.js';

export interface RemoveRequest extends ContainersRequest {
  /** Stop those that run first; otherwise they are left alone. */
  readonly stop: boolean;
  readonly volumes: boolean;
  /** Asked with the names of what would go; false: nothing is done. */
  readonly confirm: (containers: readonly string[]) => Promise<boolean>;
}

/**
 * Removes the services' stopped containers, with `stop` their running ones too, and the one-offs that have ended. A job's
 * container stays: it tells the job's next run how the last one ended.
 */
export async function remove(
  world: World,
  request: RemoveRequest,
  control: Control,
): Promise<Checked<Omit<ContainersResult, 'missing'>>> {
  const found = await findContainers(world, request, control);
  if (!found.ok) return found;
  const { engine, project } = found.value;
  return locked(world, { engine, project: project.name }, control, async () => {
    const all = await claimContainers(found.value, control);
    const oneOffs = all.filter(
      (each) => isOneOff(each) && !isUp(each) && !isJob(each) && isNamedAsWhole(found.value, each),
    );
    const own = containersIn(found.value, all).filter((container) => request.stop || !isUp(container));
    const going = [...own, ...oneOffs];
    const names = going.map(({ name }) => name);
    if (names.length === 0 || !(await request.confirm(names))) return good({ containers: names, outcomes: [] });
    const plan = planRemove(project, going, { stop: request.stop, volumes: request.volumes, all });
    return good({ containers: names, outcomes: await carryOut(plan, { engine }, control, request) });
  });
}
