import type { Engine } from '../engine/engine.js';
import { withNeeds } from '../graph/select.js';
import { seconds, type Milliseconds } from '../lib/units.js';
import type { Control } from '../model/event.js';
import type { Observed } from '../model/observed.js';
import type { Outcomes, Plan, Step } from '../model/plan.js';
import { leftoversOf, type Job } from '../plan/leftovers.js';
import { planRun } from '../plan/plan-one-off.js';
import type { ContainerHandle } from '../model/replica.js';
import type { RunWish } from '../plan/plan-run.js';
import { buildPlanInput } from '../plan/plan-input.js';
import { carryOut } from './carry-out.js';
import { locked } from './locked.js';
import { look } from './look.js';
import { imageSteps } from './make-plan.js';
import type { Prepared } from './prepare.js';
import { warnOfRestarting } from './restarting.js';
import { runPass, type ReconcilePass } from './reconcile-pass.js';
import { openSession } from './session.js';
import type { World } from './world.js';

/** What `run` of either kind may be asked about the container and what it needs. */
export interface OneOffRequest {
  readonly service: string;
  readonly wish: Omit<RunWish, 'name' | 'facts' | 'attached'>;
  readonly noDeps: boolean;
  readonly build: 'missing' | 'always' | 'never';
  readonly waitLimit: Milliseconds | null;
  readonly parallel: number;
}

/** One container beside the service's own ones. */
export interface OneOff {
  readonly world: World;
  readonly engine: Engine;
  readonly prepared: Prepared;
  readonly request: OneOffRequest;
  readonly wish: RunWish;
  /** With `run --once`: what it left goes first. */
  readonly job: Job | null;
}

/** The container that these outcomes have made, whatever it is called by now. All of them must have ended well. */
export function createdIn(outcomes: Outcomes, name: string): ContainerHandle {
  const made = outcomes.find(({ step }) => step.kind === 'create-container' && step.spec.name === name)?.outcome;
  if (made?.kind === 'done' && made.container !== undefined) return { id: made.container, name };
  throw new Error(`${name} is to be started, and nobody has made it`);
}

export const servicesFor = ({ needs }: Prepared, { service, noDeps }: OneOffRequest): string[] =>
  noDeps ? [service] : withNeeds(needs, [service]);

/** How long the engine gives a container without a grace period of its own. */
const ENGINE_GRACE = seconds(10);

export const graceOf = ({ prepared, request }: OneOff): Milliseconds =>
  prepared.project.services.get(request.service)?.stopGrace ?? ENGINE_GRACE;

/** Throws `project-elsewhere`. */
export async function observeForRun(
  { world, engine, prepared, request, job }: OneOff,
  { signal }: Control,
): Promise<Observed> {
  const services = servicesFor(prepared, request);
  const observed = await look(world, engine, { prepared, services, everyVolume: job !== null }, signal);
  await prepared.owner.claim(observed.containers);
  return observed;
}

/**
 * Everything up to the created container: images, what the service needs, the container itself. Where the photograph shows
 * that the container is all there is to do, nobody else's work on the project is in the way, nor waited for.
 */
export async function makeOneOff(oneOff: OneOff, photograph: Observed | null, control: Control): Promise<Outcomes> {
  const { parallel } = oneOff.request;
  if (photograph && imagesFor(oneOff, photograph).length === 0) {
    const plan = planFor(oneOff, photograph, []);
    if (plan.steps.every(isItsOwn)) return carryOut(plan, { engine: oneOff.engine }, control, { parallel });
  }
  return makeWithNeeds(oneOff, control);
}

/** Steps that touch nothing but the job's own containers. */
const isItsOwn = ({ why: { code } }: Step): boolean => code === 'next-run' || code === 'left-running';

async function makeWithNeeds(oneOff: OneOff, control: Control): Promise<Outcomes> {
  const { world, engine, prepared, request } = oneOff;
  const { project } = prepared;
  const session = await openSession(engine, project.name, control, { follow: false });
  const place = { world, engine, project, dependencies: session.dependencies, parallel: request.parallel };
  const pass: ReconcilePass = {
    services: servicesFor(prepared, request),
    look: () => observeForRun(oneOff, control),
    images: (observed) => imagesFor(oneOff, observed),
    async plan(observed, images) {
      const others = servicesFor(prepared, request).filter((name) => name !== request.service);
      await warnOfRestarting(observed.containers, others, control);
      return planFor(oneOff, observed, images);
    },
  };
  try {
    return await locked(world, { engine, project: project.name }, control, () => runPass(place, pass, control));
  } finally {
    await session.close();
  }
}

const imagesFor = ({ prepared, request }: OneOff, observed: Observed): Step[] =>
  imageSteps(prepared, servicesFor(prepared, request), observed, { build: request.build });

function planFor({ prepared, request, wish, job }: OneOff, observed: Observed, images: readonly Step[]): Plan {
  const input = buildPlanInput(prepared.project, observed, { scale: {}, version: prepared.version });
  const services = servicesFor(prepared, request);
  const { service, waitLimit } = request;
  const oneOff = { service, services, wish, waitLimit };
  return planRun(input, job ? { ...oneOff, leftovers: leftoversOf(observed.containers, job) } : oneOff, images);
}
