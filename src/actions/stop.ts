import type { Milliseconds } from '../lib/units.js';
import type { Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import { planStop } from '../plan/plan-stop.js';
import { onContainers, type ContainersRequest, type ContainersResult } from './on-containers.js';
import type { World } from './world.js';

export interface StopRequest extends ContainersRequest {
  readonly grace: Milliseconds | null;
}

/** Stops the services' running containers, those that need others first. */
export const stop = (world: World, request: StopRequest, control: Control): Promise<Checked<ContainersResult>> =>
  onContainers(world, request, control, (project, containers) => planStop(project, containers, request.grace));
