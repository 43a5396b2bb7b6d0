import type { Exit } from '../apply/follow-logs.js';
import type { Engine } from '../engine/engine.js';
import { ownValue } from '../lib/own-value.js';
import { bad, good, problem, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { ObservedContainer } from '../model/observed.js';
import { allDone, type Outcomes } from '../model/plan.js';
import { readNamed } from '../graph/instances.js';
import { bridgePhases } from '../plan/bridge-phases.js';
import { orphansOf } from '../plan/plan-up.js';
import { numberOf, serviceOf } from '../model/replica.js';
import { endedSince } from './ended-since.js';
import type { ProjectRequest } from './find-file.js';
import { locked } from './locked.js';
import { look } from './look.js';
import { choose, imageSteps, makePlan, type Chosen, type PlanRequest } from './make-plan.js';
import { prepare, type Prepared } from './prepare.js';
import { warnOfRestarting } from './restarting.js';
import { runPass, type ReconcilePass } from './reconcile-pass.js';
import { openSession, type Session } from './session.js';
import { stopStarted } from './stop-started.js';
import type { World } from './world.js';

export interface UpRequest extends ProjectRequest, PlanRequest {
  readonly detach: boolean;
  readonly parallel: number;
  /** Stop everything as soon as one attached container ends. */
  readonly abortOnExit: boolean;
  /** What runs already of the services named belongs to this `up`, too: what stops it stops those. */
  readonly adopt: boolean;
  /** The service, or `web@2`, whose container's exit code is the result; implies `abortOnExit`. */
  readonly exitCodeFrom: string | null;
}

/** Plain data: outcomes by step id, the ends of attached containers in order (detached: of those that did not last), and the code that the user asked for. */
export interface UpResult {
  readonly outcomes: Outcomes;
  readonly exits: readonly Exit[];
  /** The code of the container that `exitCodeFrom` names or that caused the abort; null when neither applies. */
  readonly exitCode: number | null;
}

/** Brings up what the project lacks; attached unless `detach`, and then until all attached containers have ended. */
export async function up(world: World, request: UpRequest, control: Control): Promise<Checked<UpResult>> {
  if (request.removeOrphans && ignoresOrphans(world)) {
    return bad([problem('bad-usage', 'COMPOSE_IGNORE_ORPHANS and --remove-orphans cannot be combined')]);
  }
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  const { project, needs } = prepared.value;
  const known = readNamed(project, [...needs.keys()], request.exitCodeFrom === null ? [] : [request.exitCodeFrom]);
  if (!known.ok) return known;
  const chosen = choose(prepared.value, { ...request, services: withExitService(request) });
  if (!chosen.ok) return chosen;
  // What is to be stopped can be found only by asking, so a signal does not end the connecting.
  const engine = await world.connectEngine(request.adopt ? control.force : control.signal);
  const context: UpContext = { world, engine, prepared: prepared.value, chosen: chosen.value, request };
  const session = await openSession(engine, project.name, control, { follow: !request.detach });
  try {
    const outcomes = await bringUpLocked(context, session, control);
    if (request.detach) {
      const exits = await endedSince({ engine, session, project: project.name, outcomes }, control);
      if (control.signal.aborted) await session.tellLeftRunning();
      return good({ outcomes, exits, exitCode: null });
    }
    return good(await stayAttached(context, { session, outcomes }, control));
  } finally {
    await session.close();
  }
}

/** Where a signal ends it, what was started by then, and what is adopted, is stopped all the same; with `detach` it is only named. */
async function bringUpLocked(context: UpContext, session: Session, control: Control): Promise<Outcomes> {
  const { world, engine, prepared, request } = context;
  try {
    const of = { engine, project: prepared.project.name };
    return await locked(world, of, control, () => bringUp(context, session, control));
  } catch (error) {
    if (control.signal.aborted) await (request.detach ? session.tellLeftRunning() : stopOwn(context, session, control));
    throw error;
  }
}

/** A service whose code is wanted is brought up and attached, too. */
function withExitService({ services, exitCodeFrom }: UpRequest): readonly string[] {
  if (exitCodeFrom === null || services.length === 0) return services;
  const isNamed = services.some(
    (name) => name === exitCodeFrom || name.startsWith(`${exitCodeFrom}@`) || exitCodeFrom.startsWith(`${name}@`),
  );
  return isNamed ? services : [...services, exitCodeFrom];
}

interface UpContext {
  readonly world: World;
  readonly engine: Engine;
  readonly prepared: Prepared;
  readonly chosen: Chosen;
  readonly request: UpRequest;
}

/** Looks, plans and does; in several rounds only where addresses on the default bridge must be seen before they can be told. */
async function bringUp(context: UpContext, session: Session, control: Control): Promise<Outcomes> {
  const { prepared, chosen } = context;
  let outcomes: Outcomes = [];
  let done: readonly string[] = [];
  for (const services of bridgePhases(prepared.project, chosen.all)) {
    const ended = await runUpPass(context, { services, done }, session, control);
    outcomes = [...outcomes, ...ended];
    if (control.signal.aborted) break;
    done = services;
  }
  return outcomes;
}

interface Wave {
  readonly services: readonly string[];
  /** Those of them that an earlier wave has brought up: they are left as they are. */
  readonly done: readonly string[];
}

function runUpPass(
  { world, engine, prepared, chosen, request }: UpContext,
  { services, done }: Wave,
  session: Session,
  control: Control,
): Promise<Outcomes> {
  const { project } = prepared;
  const fresh = services.filter((name) => !done.includes(name));
  const attach = request.detach ? [] : chosen.named;
  const pass: ReconcilePass = {
    // All that was chosen is looked at every time, so that what is missing for the last wave is told before the first.
    services: chosen.all,
    async look() {
      const observed = await look(world, engine, { prepared, services: chosen.all }, control.signal);
      await prepared.owner.claim(observed.containers);
      return observed;
    },
    images: (observed) => imageSteps(prepared, fresh, observed, request),
    async plan(observed, images) {
      const { input, plan } = makePlan(prepared, observed, request, {
        ...{ services, images, attach, onlyStart: done, instances: chosen.instances },
      });
      if (!request.removeOrphans && !ignoresOrphans(world)) await warnOfOrphans(orphansOf(input), control);
      await warnOfRestarting(observed.containers, fresh, control);
      session.input = input;
      if (!request.detach) await session.announce(plan);
      return plan;
    },
  };
  const { parallel } = request;
  return runPass({ world, engine, project, dependencies: session.dependencies, parallel }, pass, session.control);
}

/** As docker compose reads it. */
const ignoresOrphans = ({ environment }: World): boolean =>
  ['1', 't', 'true', 'y', 'yes'].includes((environment['COMPOSE_IGNORE_ORPHANS'] ?? '').trim().toLowerCase());

async function warnOfOrphans(orphans: readonly ObservedContainer[], { emit }: Control): Promise<void> {
  if (orphans.length === 0) return;
  const message = `containers of services that are no longer in the file: ${orphans.map(({ name }) => name).join(', ')}`;
  const hint = 'up --remove-orphans removes them';
  await emit({
    kind: 'warning',
    diagnostic: { severity: 'warning', code: 'orphans', message, at: null, source: null, hint },
  });
}

interface Attached {
  readonly session: Session;
  readonly outcomes: Outcomes;
}

/** Follows until all have ended, one has and that is to end all, or the user has had enough; then stops what this run started. */
async function stayAttached(context: UpContext, { session, outcomes }: Attached, control: Control): Promise<UpResult> {
  const { request } = context;
  await session.abandonAllBut((container) => !failedToStart(container, outcomes));
  const endsAll = request.abortOnExit || request.exitCodeFrom !== null;
  const healthy = allDone(outcomes);
  if (healthy && !control.signal.aborted) await session.untilEnd(endsAll, control.signal);
  if (control.signal.aborted || (healthy && endsAll)) {
    await stopOwn(context, session, control);
  }
  const exits = session.exits;
  return { outcomes, exits, exitCode: endsAll ? wantedCode(exits, request, session) : null };
}

/** Stops what this run has started, and with `adopt` what ran before of the services named. */
async function stopOwn(
  { request, engine, prepared, chosen }: UpContext,
  session: Session,
  control: Control,
): Promise<void> {
  const { project, needs } = prepared;
  const { grace, parallel } = request;
  const { named, instances } = chosen;
  const adopts = (container: ObservedContainer): boolean => {
    const service = serviceOf(container);
    return named.includes(service) && (ownValue(instances, service)?.includes(numberOf(container)) ?? true);
  };
  const own = request.adopt ? adopts : null;
  await stopStarted({ engine, session, adopts: own, project, order: [...needs.keys()], grace, parallel }, control);
}

const failedToStart = (container: string, outcomes: Outcomes): boolean =>
  outcomes.some(
    ({ step, outcome }) =>
      step.kind === 'start-container' && step.container.name === container && outcome.kind !== 'done',
  );

function wantedCode(exits: readonly Exit[], { exitCodeFrom }: UpRequest, session: Session): number | null {
  if (exitCodeFrom === null) return exits[0]?.exitCode ?? null;
  const names = session.containersOf(exitCodeFrom);
  return exits.find(({ container }) => names.includes(container))?.exitCode ?? null;
}
