import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { ObservedContainer } from '../model/observed.js';
import { isJob } from '../plan/leftovers.js';
import { inPlaceOrder, isOneOff, isUp, serviceOf } from '../plan/units.js';
import type { ProjectRequest } from './find-file.js';
import { findContainers } from './on-containers.js';
import type { World } from './world.js';

export interface PsRequest extends ProjectRequest {
  readonly services: readonly string[];
}

/** The services' containers and those of jobs in every state, and the one-offs that run, by service and number. */
export async function ps(
  world: World,
  request: PsRequest,
  control: Control,
): Promise<Checked<readonly ObservedContainer[]>> {
  const found = await findContainers(world, request, control);
  if (!found.ok) return found;
  const { engine, project, services } = found.value;
  const containers = await engine.listContainers({ project: project.name, signal: control.signal });
  const shown = containers.filter(
    (container) =>
      services.includes(serviceOf(container)) && (!isOneOff(container) || isJob(container) || isUp(container)),
  );
  return good(shown.toSorted(inPlaceOrder));
}
