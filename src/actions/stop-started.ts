import { walkPlan } from '../apply/walk-plan.js';
import type { Engine } from '../engine/engine.js';
import { raceAbort, withTimeout } from '../lib/deadline.js';
import { retry } from '../lib/retry.js';
import { seconds, type Milliseconds } from '../lib/units.js';
import { hasCode, TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import type { ObservedContainer } from '../model/observed.js';
import { allDone } from '../model/plan.js';
import type { Project } from '../model/project.js';
import type { ContainerHandle } from '../model/replica.js';
import { containersOf, planStop } from '../plan/plan-stop.js';
import { isUp } from '../plan/replicas.js';
import type { Session } from './session.js';

interface Stopping {
  readonly engine: Engine;
  readonly session: Session;
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
/** How long what could not be stopped, or be looked for, is tried again. */
const STOP_TRIES = seconds(20);
/** How long the last output of containers that have ended may be on its way. */
const LAST_OUTPUT = seconds(10);

/** Stops exactly what this session started, those that need others first; the second signal kills what is left. */
export async function stopStarted(stopping: Stopping, control: Control): Promise<void> {
  const { session, adopts, engine } = stopping;
  if (session.started.length === 0 && !adopts) return;
  await control.emit({ kind: 'stopping' });
  const own = new Map(session.started.map((each) => [each.id, each]));
  try {
    // A signal after the second one must not wait for an answer, whatever the engine does with the request.
    await raceAbort(stopAll(stopping, own, control), control.force);
  } catch (error) {
    if (!control.force.aborted) throw error;
  }
  if (control.force.aborted) await kill(engine, [...own.values()], control);
  else await withTimeout(LAST_OUTPUT, late, control.force, () => session.allEnded()).catch(unlessLate);
}

const late = (): TsfigError => new TsfigError('deadline-passed', 'the last output did not come');

/** What has ended has ended, whether its last output came or a second signal kept it away. */
function unlessLate(error: unknown): void {
  if (!hasCode(error, 'deadline-passed', 'interrupted')) throw error;
}

/** Looks, stops what runs, and where that did not work does so again: a request may be lost on its way. */
async function stopAll(stopping: Stopping, own: Map<string, ContainerHandle>, control: Control): Promise<void> {
  const { session } = stopping;
  const stop = async (): Promise<void> => {
    const containers = await findOwn(stopping, control);
    for (const each of containers) own.set(each.id, each);
    const names = new Set([...own.values()].map(({ name }) => name));
    await session.abandonAllBut((container) => names.has(container));
    session.expectEnds();
    await stopInOrder(stopping, containers.filter(isUp), control);
    session.lookAgain();
  };
  const worth = (error: unknown): boolean => error instanceof TsfigError && !control.force.aborted;
  await retry(stop, { worth, limit: STOP_TRIES, signal: control.force });
}

async function findOwn({ engine, project, session, adopts, order }: Stopping, control: Control) {
  // The signal that brought us here is aborted already; only the second one ends the stopping.
  const all = await engine.listContainers({ project: project.name, signal: control.force });
  const started = new Set(session.started.map(({ id }) => id));
  return containersOf({ containers: all }, order).filter(
    (container) => started.has(container.id) || adopts?.(container),
  );
}

/** Throws when one could not be stopped. */
async function stopInOrder(
  { engine, project, grace, parallel }: Stopping,
  containers: readonly ObservedContainer[],
  control: Control,
): Promise<void> {
  const plan = planStop(project, containers, grace);
  await control.emit({ kind: 'plan-ready', plan });
  const outcomes = await walkPlan(plan, { engine }, { ...control, signal: control.force }, { parallel, already: [] });
  if (allDone(outcomes)) return;
  const failed = outcomes.map(({ outcome }) => outcome).find((outcome) => outcome.kind === 'failed');
  throw new TsfigError(failed?.code ?? 'interrupted', 'not everything could be stopped', {
    hint: 'tsfig ps shows what runs, tsfig stop tries again',
  });
}

async function kill(engine: Engine, containers: readonly ContainerHandle[], control: Control): Promise<void> {
  await control.emit({ kind: 'killing' });
  const tooLate = (): TsfigError => new TsfigError('engine-unreachable', 'the engine has not answered to the kill');
  await withTimeout(KILL_LIMIT, tooLate, new AbortController().signal, async (signal) => {
    await Promise.all(
      containers.map(async (container) => {
        try {
          await engine.killContainer(container, 'SIGKILL', { signal });
        } catch (error) {
          if (!hasCode(error, 'engine-conflict', 'container-not-found')) throw error; // it had ended by itself
        }
      }),
    );
  });
}
