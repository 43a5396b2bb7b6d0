import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { ObservedContainer } from '../model/observed.js';
import { isJob } from '../plan/leftovers.js';
import { isOneOff } from '../model/replica.js';
import { inPlaceOrder, isUp } from '../plan/replicas.js';
import { prefetch } from './prefetch.js';
import { findProject, type ProjectRequest } from './find-file.js';
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
  const list = async (signal: AbortSignal): Promise<readonly ObservedContainer[]> => {
    const engine = await world.connectEngine(signal);
    return engine.listContainers({ project: findProject(world, request).projectName, signal });
  };
  const early = await prefetch(list, control.signal);
  try {
    const { containersIn, findContainers, isNamedAsWhole } = await import('./on-containers.js'); // while the engine answers
    const found = await findContainers(world, request, control);
    if (!found.ok) return found;
    const all = await early.answer;
    await found.value.owner.mention(all);
    const oneOffs = all.filter(
      (each) => isOneOff(each) && (isJob(each) || isUp(each)) && isNamedAsWhole(found.value, each),
    );
    return good([...containersIn(found.value, all), ...oneOffs].toSorted(inPlaceOrder));
  } finally {
    early.drop();
  }
}
