import { inspectImages } from '../apply/observe.js';
import type { Engine } from '../engine/engine.js';
import { withNeeds } from '../graph/select.js';
import type { Milliseconds } from '../lib/units.js';
import type { Control } from '../model/event.js';
import type { Observed } from '../model/observed.js';
import type { Outcomes, Plan, Step } from '../model/plan.js';
import { leftoversOf, type Job } from '../plan/leftovers.js';
import { planRun } from '../plan/plan-one-off.js';
import type { RunWish } from '../plan/plan-run.js';
import { makeScene } from '../plan/scene.js';
import { carryOut } from './carry-out.js';
import { avoiding, subnetsOf, withFreeSubnet } from './free-subnet.js';
import { locked } from './locked.js';
import { look, withTargets } from './look.js';
import { imageSteps } from './make-plan.js';
import type { Prepared } from './prepare.js';
import { openSession, type Session } from './session.js';
import { beginSubnetTurn, type SubnetTurn } from './subnet-turn.js';
import type { World } from './world.js';

/** What `run` of either kind may be asked about the container and what it needs. */
export interface OneOffRequest {
  readonly service: string;
  readonly wish: Omit<RunWish, 'name' | 'facts'>;
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

export const servicesFor = ({ needs }: Prepared, { service, noDeps }: OneOffRequest): string[] =>
  noDeps ? [service] : withNeeds(needs, [service]);

export function lookFor({ world, engine, prepared, request, job }: OneOff, control: Control): Promise<Observed> {
  const services = servicesFor(prepared, request);
  return look(world, engine, { project: prepared.project, services, everyVolume: job !== null }, control.signal);
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
const isItsOwn = ({ why: { code } }: Step): boolean => code === 'next-run' || code === 'abandoned';

async function makeWithNeeds(oneOff: OneOff, control: Control): Promise<Outcomes> {
  const { world, engine, prepared } = oneOff;
  const project = prepared.project.name;
  const session = await openSession(engine, project, control, { follow: false });
  let tried: readonly string[] = [];
  const tell = ({ steps }: Plan): void => void (tried = subnetsOf(steps));
  try {
    return await locked(world, { engine, project }, control, () =>
      withFreeSubnet(
        () => tried,
        (avoid) => makeOnce(oneOff, { session, avoid, tell }, control),
      ),
    );
  } finally {
    await session.close();
  }
}

interface Attempt {
  readonly session: Session;
  /** Subnets that are not to be chosen. */
  readonly avoid: readonly string[];
  /** Told of the plan before it is carried out. */
  readonly tell: (plan: Plan) => void;
}

async function makeOnce(oneOff: OneOff, attempt: Attempt, control: Control): Promise<Outcomes> {
  const turn = await beginSubnetTurn(oneOff.world, oneOff.engine, control);
  try {
    return await makeInTurn(oneOff, attempt, turn);
  } finally {
    await turn.end();
  }
}

async function makeInTurn(oneOff: OneOff, { session, avoid, tell }: Attempt, turn: SubnetTurn): Promise<Outcomes> {
  const { engine, prepared, request } = oneOff;
  const { control } = turn;
  const { parallel } = request;
  const { project } = prepared;
  let observed = avoiding(await lookFor(oneOff, control), avoid);
  const images = imagesFor(oneOff, observed);
  let already: Outcomes = {};
  if (images.length > 0 || !observed.addressSpace) await turn.end();
  if (images.length > 0) {
    const first: Plan = { project: project.name, steps: images, rescues: [], unchanged: [] };
    already = await carryOut(first, session.hands, control, { parallel });
    const services = withTargets(project, servicesFor(prepared, request));
    observed = { ...observed, images: await inspectImages(engine, services, control.signal) };
    observed = await turn.beginAgain(observed);
  }
  const plan = planFor(oneOff, observed, images);
  tell(plan);
  return carryOut(plan, session.hands, control, { parallel, already });
}

const imagesFor = ({ prepared, request }: OneOff, observed: Observed): Step[] =>
  imageSteps(prepared, servicesFor(prepared, request), observed, { build: request.build });

function planFor({ prepared, request, wish, job }: OneOff, observed: Observed, images: readonly Step[]): Plan {
  const scene = makeScene(prepared.project, observed, { scale: {}, version: prepared.version });
  const services = servicesFor(prepared, request);
  const { service, waitLimit } = request;
  const oneOff = { service, services, wish, waitLimit };
  return planRun(scene, job ? { ...oneOff, leftovers: leftoversOf(observed.containers, job) } : oneOff, images);
}
