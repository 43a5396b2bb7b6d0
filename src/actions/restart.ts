import type { Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import { planRestart } from '../plan/plan-stop.js';
import { onContainers, type ContainersResult } from './on-containers.js';
import type { StopRequest } from './stop.js';
import type { World } from './world.js';

/** Restarts the services' containers, stopped ones included. Ids and configuration stay. */
export const restart = (world: World, request: StopRequest, control: Control): Promise<Checked<ContainersResult>> =>
  onContainers(world, request, control, (project, containers) => planRestart(project, containers, request.grace));
