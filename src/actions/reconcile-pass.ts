import type { StepDependencies } from '../apply/step-dependencies.js';
import { inspectImages } from '../apply/see-images.js';
import type { Engine } from '../engine/engine.js';
import type { Control } from '../model/event.js';
import type { Observed } from '../model/observed.js';
import type { Outcomes, Plan, Step } from '../model/plan.js';
import type { Project } from '../model/project.js';
import { plainPlan } from '../plan/steps.js';
import { carryOut } from './carry-out.js';
import { withTargets } from './look.js';
import { acquireSubnetLock } from './subnet-lock.js';
import type { World } from './world.js';

/** One look, the images that it shows to be missing, and the plan made of it: what `up` and `run` have in common. */
export interface ReconcilePass {
  /** The services whose images decide the variables of links. */
  readonly services: readonly string[];
  readonly look: () => Promise<Observed>;
  readonly images: (observed: Observed) => readonly Step[];
  readonly plan: (observed: Observed, images: readonly Step[]) => Plan | Promise<Plan>;
}

export interface PassContext {
  readonly world: World;
  readonly engine: Engine;
  readonly project: Project;
  readonly dependencies: StepDependencies;
  readonly parallel: number;
}

/** Subnets tried after the first that somebody else was quicker to take. */
const MOST_SUBNETS = 5;

/**
 * Looks, plans and does. Another tool takes subnets while its networks are not listed yet, or not any more: then all of it
 * is done again without those that were lost. So it is, once, when a container was removed before its start, as by a prune.
 */
export async function runPass(place: PassContext, pass: ReconcilePass, control: Control): Promise<Outcomes> {
  let avoid: readonly string[] = [];
  /** What earlier tries have done stays done; what failed there is tried again. */
  let before: Outcomes = [];
  let mayLose = true;
  for (let tries = 0; ; tries += 1) {
    const { plan, outcomes } = await attempt(place, { ...pass, avoid }, control);
    const isLost = mayLose && lostContainer(outcomes);
    if (isLost) mayLose = false;
    else if (tries === MOST_SUBNETS || !lostSubnet(outcomes)) return [...before, ...outcomes];
    before = [...before, ...outcomes.filter(({ outcome }) => outcome.kind === 'done')];
    avoid = [...avoid, ...subnetsOf(plan)];
  }
}

interface Attempt extends ReconcilePass {
  /** Subnets that are not to be chosen. */
  readonly avoid: readonly string[];
}

async function attempt(
  { world, engine, project, dependencies, parallel }: PassContext,
  pass: Attempt,
  control: Control,
) {
  const subnetLock = await acquireSubnetLock(world, engine, control);
  try {
    let observed = avoiding(await pass.look(), pass.avoid);
    const images = pass.images(observed);
    let already: Outcomes = [];
    if (images.length > 0 || !observed.addressSpace) await subnetLock.release();
    if (images.length > 0) {
      // They come first, because what an image exposes decides the variables of links.
      const first = plainPlan(project.name, images);
      already = await carryOut(first, dependencies, control, { parallel });
      observed = { ...observed, images: await seeImages(engine, { project, pass, observed }, control) };
      observed = await subnetLock.reacquire(observed);
    }
    const plan = await pass.plan(observed, images);
    return { plan, outcomes: await carryOut(plan, dependencies, subnetLock.control, { parallel, already }) };
  } finally {
    await subnetLock.release();
  }
}

interface Seeing {
  readonly project: Project;
  readonly pass: ReconcilePass;
  readonly observed: Observed;
}

/** After a signal the engine is asked nothing more: what is planned then is reported as cancelled. */
async function seeImages(engine: Engine, { project, pass, observed }: Seeing, { signal }: Control) {
  return signal.aborted ? observed.images : inspectImages(engine, withTargets(project, pass.services), signal);
}

const lostSubnet = (outcomes: Outcomes): boolean =>
  outcomes.some(({ outcome }) => outcome.kind === 'failed' && outcome.code === 'subnet-taken');

const lostContainer = (outcomes: Outcomes): boolean =>
  outcomes.some(
    ({ step, outcome }) =>
      (step.kind === 'start-container' || step.kind === 'attach-container') &&
      outcome.kind === 'failed' &&
      outcome.code === 'container-not-found',
  );

const subnetsOf = ({ steps }: Plan): string[] =>
  steps.flatMap((step) => (step.kind === 'create-network' ? (step.network.subnet ?? []) : []));

/** A snapshot on which these subnets are taken. */
function avoiding(observed: Observed, avoid: readonly string[]): Observed {
  const { addressSpace } = observed;
  return addressSpace
    ? { ...observed, addressSpace: { ...addressSpace, taken: [...addressSpace.taken, ...avoid] } }
    : observed;
}
