import { walkPlan } from '../apply/walk-plan.js';
import type { Engine } from '../engine/engine.js';
import { seconds, type Milliseconds } from '../lib/units.js';
import { hasCode } from '../model/errors.js';
import type { Control } from '../model/event.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Project } from '../model/project.js';
import type { ContainerHandle } from '../model/replica.js';
import { containersOf, planStop } from '../plan/plan-stop.js';
import type { Session } from './session.js';

interface Stopping {
  readonly engine: Engine;
  readonly session: Session;
  /** The containers that this run has started. */
  readonly started: readonly ContainerHandle[];
  /** Whether a container that ran before belongs to this run, too; null: none does. */
  readonly adopts: ((container: ObservedContainer) => boolean) | null;
  readonly project: Project;
  /** The project's services in start order. */
  readonly order: readonly string[];
  readonly grace: Milliseconds | null;
  readonly parallel: number;
}

/** How long killing may take once the user has asked for it. */
const KILL_LIMIT = seconds(10);

/** Stops exactly these containers, those that need others first; the second signal kills what is left. */
export async function stopStarted(stopping: Stopping, control: Control): Promise<void> {
  const { session, started, adopts } = stopping;
  if (started.length === 0 && !adopts) return;
  await control.emit({ kind: 'stopping' });
  let own: readonly ContainerHandle[] = started;
  try {
    const containers = await findOwn(stopping, control);
    own = [...new Map([...started, ...containers].map((each) => [each.id, each])).values()];
    const names = new Set(own.map(({ name }) => name));
    await session.abandonAllBut((container) => names.has(container));
    session.expectEnds();
    await stopInOrder(stopping, containers, control);
  } catch (error) {
    if (!control.force.aborted) throw error;
  }
  if (control.force.aborted) await kill(stopping.engine, own, control);
  else await session.untilEnd(false, control.force);
}

async function findOwn({ engine, project, started, adopts, order }: Stopping, control: Control) {
  // The signal that brought us here is aborted already; only the second one ends the stopping.
  const all = await engine.listContainers({ project: project.name, signal: control.force });
  const ids = new Set(started.map(({ id }) => id));
  return containersOf({ containers: all }, order).filter((container) => ids.has(container.id) || adopts?.(container));
}

async function stopInOrder(
  { engine, project, grace, parallel }: Stopping,
  containers: readonly ObservedContainer[],
  control: Control,
) {
  const plan = planStop(project, containers, grace);
  await control.emit({ kind: 'plan-ready', plan });
  await walkPlan(plan, { engine }, { ...control, signal: control.force }, { parallel, already: [] });
}

async function kill(engine: Engine, containers: readonly ContainerHandle[], control: Control): Promise<void> {
  await control.emit({ kind: 'killing' });
  const signal = AbortSignal.timeout(KILL_LIMIT);
  await Promise.all(
    containers.map(async (container) => {
      try {
        await engine.killContainer(container, 'SIGKILL', { signal });
      } catch (error) {
        if (!hasCode(error, 'engine-conflict', 'container-not-found')) throw error; // it had ended by itself
      }
    }),
  );
}
