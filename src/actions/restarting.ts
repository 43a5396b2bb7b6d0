import type { Engine } from '../engine/engine.js';
import { hasCode } from '../model/errors.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Project } from '../model/project.js';
import { serviceOf } from '../model/replica.js';
import { isYoung } from '../plan/unready.js';

/**
 * The same containers, of which one that runs between two restarts counts as restarting: a life must last before it counts.
 * Asks only about those that are up for seconds and whose service has a restart policy.
 */
export async function markRestarting(
  engine: Engine,
  project: Project,
  containers: readonly ObservedContainer[],
  signal: AbortSignal,
): Promise<readonly ObservedContainer[]> {
  const mayRestart = (container: ObservedContainer): boolean =>
    isYoung(container) && (project.services.get(serviceOf(container))?.restart.name ?? 'no') !== 'no';
  return Promise.all(
    containers.map(async (container) =>
      mayRestart(container) && (await wasRestarted(engine, container.id, signal))
        ? { ...container, state: 'restarting' as const }
        : container,
    ),
  );
}

async function wasRestarted(engine: Engine, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await engine.inspectContainer(id, { signal })).restartCount > 0;
  } catch (error) {
    if (hasCode(error, 'container-not-found')) return false; // removed since the list
    throw error;
  }
}
