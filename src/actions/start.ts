import type { Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import { planStart } from '../plan/plan-stop.js';
import { onContainers, type ContainersRequest, type ContainersResult } from './on-containers.js';
import type { World } from './world.js';

/** Starts the services' stopped containers, those that are needed first. Creates nothing. */
export const start = (world: World, request: ContainersRequest, control: Control): Promise<Checked<ContainersResult>> =>
  onContainers(world, request, control, planStart);
