import { watchProject } from '../apply/watch.js';
import type { ContainerWatch } from '../apply/step-dependencies.js';
import type { Engine } from '../engine/engine.js';
import { readNamed, type Named } from '../graph/instances.js';
import { pause, raceAbort, withTimeout } from '../lib/deadline.js';
import { seconds, type Milliseconds } from '../lib/units.js';
import { good, type Checked } from '../model/diagnostic.js';
import { hasCode, TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import type { ObservedContainer, Unready } from '../model/observed.js';
import type { Project } from '../model/project.js';
import { unreadyOf } from '../plan/unready.js';
import type { ProjectRequest } from './find-file.js';
import { prepare } from './prepare.js';
import { markRestarting } from './restarting.js';
import type { ProjectOwner } from './project-owner.js';
import type { World } from './world.js';

export interface ReadyRequest extends ProjectRequest {
  /** Services, and containers such as `web@2`; all services when there are none. */
  readonly services: readonly string[];
  /** How long to wait; 0 looks once. */
  readonly waitLimit: Milliseconds;
}

/** Waits until the services are ready, following the engine's events, and answers what is not ready when the time is over. */
export async function ready(
  world: World,
  request: ReadyRequest,
  control: Control,
): Promise<Checked<readonly Unready[]>> {
  const prepared = await prepare(world, request, control, { needsFiles: false });
  if (!prepared.ok) return prepared;
  const { project, needs, owner } = prepared.value;
  const named = readNamed(project, [...needs.keys()], request.services);
  if (!named.ok) return named;
  const engine = await world.connectEngine(control.signal);
  const looking: Looking = { engine, project, owner, named: named.value };
  if (request.waitLimit === 0) return good(await look(looking, control.signal));
  return good(await untilReady(looking, request.waitLimit, control.signal));
}

interface Looking {
  readonly engine: Engine;
  readonly project: Project;
  readonly owner: ProjectOwner;
  readonly named: Named;
}

async function look({ engine, project, owner, named }: Looking, signal: AbortSignal): Promise<readonly Unready[]> {
  const containers: readonly ObservedContainer[] = await engine.listContainers({ project: project.name, signal });
  await owner.mention(containers);
  return unreadyOf(project, await markRestarting(engine, project, containers, signal), named);
}

async function untilReady(looking: Looking, limit: Milliseconds, signal: AbortSignal): Promise<readonly Unready[]> {
  const seen: { unready: readonly Unready[] | null } = { unready: null };
  const late = (): Error => new TsfigError('deadline-passed', 'not everything is ready');
  try {
    await withTimeout(limit, late, signal, async (inner) => {
      const watch = watchProject(looking.engine, looking.project.name, inner);
      await raceAbort(watch.open(), inner);
      for (;;) {
        const news = nextNews(watch); // listened for before the look, so that no change falls between the two
        const unready = await look(looking, inner);
        seen.unready = unready;
        if (unready.length === 0) return;
        const own = new AbortController(); // ends the pause with the wait
        // A container whose life has lasted long enough tells nobody.
        const time = unready.some(({ state }) => state === 'restarting') ? [lookSoon(own.signal)] : [];
        await raceAbort(Promise.race([news, watch.broken, ...time]), inner).finally(() => own.abort());
      }
    });
  } catch (error) {
    if (!hasCode(error, 'deadline-passed')) throw error;
  }
  // A time that was over before the first look says nothing of what is ready.
  return seen.unready ?? withTimeout(ANSWER_LIMIT, noAnswer, signal, (inner) => look(looking, inner));
}

/** How long the one look may take that is made however short the time is. */
const ANSWER_LIMIT = seconds(10);
const noAnswer = (): Error =>
  new TsfigError('deadline-passed', 'the engine did not say in time what is ready', {
    hint: 'tsfig ps shows what runs',
  });

const nextNews = (watch: ContainerWatch): Promise<void> =>
  new Promise((resolve) => {
    const stop = watch.listen(() => {
      stop();
      resolve();
    });
  });

/** Between two looks at containers that the engine restarts. */
const RESTARTING_PAUSE = seconds(5);
const lookSoon = (signal: AbortSignal): Promise<void> => pause(RESTARTING_PAUSE, signal).catch(() => undefined);
