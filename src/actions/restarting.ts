import type { Engine } from '../engine/engine.js';
import { problem } from '../model/diagnostic.js';
import { hasCode } from '../model/errors.js';
import type { Control } from '../model/event.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Project } from '../model/project.js';
import { isOneOff, serviceOf } from '../model/replica.js';
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

/** Says which of these services' containers the engine restarts over and over: they are as they should be, and do not run. */
export async function warnOfRestarting(
  containers: readonly ObservedContainer[],
  services: readonly string[],
  { emit }: Pick<Control, 'emit'>,
): Promise<void> {
  for (const container of containers) {
    if (container.state !== 'restarting' || isOneOff(container) || !services.includes(serviceOf(container))) continue;
    const code = container.exitCode === null ? '' : ` (last code ${container.exitCode})`;
    const message = `${container.name} is restarting over and over${code}`;
    const diagnostic = problem('restarting', message, 'tsfig logs shows what it said');
    await emit({ kind: 'warning', diagnostic: { ...diagnostic, severity: 'warning' } });
  }
}
