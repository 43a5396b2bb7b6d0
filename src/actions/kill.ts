import type { Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import { planKill } from '../plan/plan-stop.js';
import { onContainers, type ContainersRequest, type ContainersResult } from './on-containers.js';
import type { World } from './world.js';

export interface KillRequest extends ContainersRequest {
  /** Such as `SIGKILL` or `HUP`. */
  readonly killSignal: string;
}

/** Sends a signal to the services' running containers. */
export const kill = (world: World, request: KillRequest, control: Control): Promise<Checked<ContainersResult>> =>
  onContainers(world, request, control, (project, containers) => planKill(project, containers, request.killSignal));
