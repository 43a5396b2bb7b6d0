import { walkPlan } from '../apply/walk-plan.js';
import type { Engine } from '../engine/engine.js';
import { seconds, type Milliseconds } from '../lib/units.js';
import { hasCode } from '../model/errors.js';
import type { Control } from '../model/event.js';
import type { Outcomes } from '../model/plan.js';
import { containersOf, planStop } from '../plan/plan-stop.js';
import type { Session } from './session.js';

/** The containers that these outcomes started. */
export const startedIn = (outcomes: Outcomes): string[] =>
  Object.entries(outcomes).flatMap(([id, { kind }]) =>
    kind === 'done' && id.startsWith('start ') ? [id.slice('start '.length)] : [],
  );

interface Stopping {
  readonly engine: Engine;
  readonly session: Session;
  readonly started: readonly string[];
  /** The project's services in start order. */
  readonly order: readonly string[];
  readonly grace: Milliseconds | null;
  readonly parallel: number;
}

/** How long killing may take once the user has asked for it. */
const KILL_LIMIT = seconds(10);

/** Stops exactly these containers, those that need others first; the second signal kills what is left. */
export async function stopStarted(stopping: Stopping, control: Control): Promise<void> {
  const { session, started } = stopping;
  if (started.length === 0) return;
  await control.emit({ kind: 'stopping' });
  try {
    await session.abandonAllBut((container) => started.includes(container));
    session.expectEnds();
    await stopInOrder(stopping, control);
  } catch (error) {
    if (!control.force.aborted) throw error;
  }
  if (control.force.aborted) await kill(stopping, control);
  else await session.untilEnd(false, control.force);
}

async function stopInOrder({ engine, session, started, order, grace, parallel }: Stopping, control: Control) {
  if (!session.scene) return;
  const { project } = session.scene;
  // The signal that brought us here is aborted already; only the second one ends the stopping.
  const signal = control.force;
  const all = await engine.listContainers({ project: project.name, signal });
  const containers = containersOf({ containers: all }, order).filter(({ name }) => started.includes(name));
  const plan = planStop(project, containers, grace);
  await control.emit({ kind: 'plan-ready', plan });
  await walkPlan(plan, { engine }, { ...control, signal }, { parallel, already: {} });
}

async function kill({ engine, started }: Stopping, control: Control): Promise<void> {
  await control.emit({ kind: 'killing' });
  const signal = AbortSignal.timeout(KILL_LIMIT);
  await Promise.all(
    started.map(async (container) => {
      try {
        await engine.killContainer(container, 'SIGKILL', { signal });
      } catch (error) {
        if (!hasCode(error, 'engine-conflict', 'container-not-found')) throw error; // it had ended by itself
      }
    }),
  );
}
