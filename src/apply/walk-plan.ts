import { createLimiter, type Limiter } from '../lib/limiter.js';
import { ms, seconds } from '../lib/units.js';
import { describeFailure } from '../model/errors.js';
import type { Control } from '../model/event.js';
import type {
  ContainerRef,
  EndedStep,
  Outcome,
  Outcomes,
  Plan,
  Rescue,
  Step,
  StepId,
  StepKind,
} from '../model/plan.js';
import { FailureWatch } from './failure-watch.js';
import type { StepDependencies } from './step-dependencies.js';
import { performStep } from './perform-step.js';

export interface WalkOptions {
  /** Steps at a time. */
  readonly parallel: number;
  /** Steps that a walk of an earlier part of the plan has ended already. */
  readonly already: Outcomes;
}

/** Pulls and builds at a time; they are bound by the network and the disk, and must not hold up the rest. */
const HEAVY_AT_ONCE = 3;
const HEAVY: ReadonlySet<StepKind> = new Set(['pull-image', 'build-image']);
/** Steps that only wait: they take nobody's place. */
const IDLE: ReadonlySet<StepKind> = new Set(['wait-ready']);
/**
 * Who waits for a place longest: what is created waits for nobody, while a start may be what others wait for. So the first
 * containers start while the last ones are being created.
 */
const CREATION_RANK = 1;
/** How long putting things back may take. It has a clock of its own, because what stopped the walk is aborted already. */
const RESCUE_LIMIT = seconds(60);

/**
 * Runs every step after what it needs, as many at a time as allowed. A step that fails skips what depends on it and
 * nothing else, and so does a container that fails after its start; an abort cancels what has not begun. Exactly one outcome a step; throws only for bugs of ours.
 */
export async function walkPlan(
  plan: Plan,
  dependencies: StepDependencies,
  control: Control,
  options: WalkOptions,
): Promise<Outcomes> {
  checkNeeds(plan);
  const failures = new FailureWatch(dependencies, plan);
  const walk = new Walk({ dependencies, failures }, control, options);
  const ends = [...plan.steps.map((step) => walk.take(step)), ...plan.rescues.map((rescue) => walk.rescue(rescue))];
  const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
  failures.close();
  if (failed) throw failed.reason;
  return walk.outcomes();
}

/** A plan may come from a file that somebody edited. */
function checkNeeds({ steps }: Plan): void {
  const known = new Set<StepId>();
  for (const { id, needs } of steps) {
    if (known.has(id)) throw new Error(`the plan has two steps "${id}"`);
    const unknown = needs.find((need) => !known.has(need));
    if (unknown !== undefined) throw new Error(`the plan is not in order: "${id}" comes before "${unknown}"`);
    known.add(id);
  }
}

class Walk {
  readonly #dependencies: StepDependencies;
  readonly #failures: FailureWatch;
  readonly #control: Control;
  readonly #already: ReadonlyMap<StepId, Outcome>;
  readonly #places: Limiter;
  readonly #heavyPlaces = createLimiter(HEAVY_AT_ONCE);
  readonly #ends = new Map<StepId, Promise<Outcome>>();
  readonly #ended = new Map<StepId, EndedStep>();

  constructor(
    { dependencies, failures }: { readonly dependencies: StepDependencies; readonly failures: FailureWatch },
    control: Control,
    { parallel, already }: WalkOptions,
  ) {
    this.#dependencies = dependencies;
    this.#failures = failures;
    this.#control = control;
    this.#already = new Map(already.map(({ step, outcome }) => [step.id, outcome]));
    this.#places = createLimiter(parallel);
  }

  take(step: Step): Promise<Outcome> {
    const before = this.#already.get(step.id);
    const end = before
      ? Promise.resolve(before)
      : this.#end(
          step,
          step.needs.map((need) => this.#endOf(need)),
        );
    const noted = end.then((outcome) => {
      this.#ended.set(step.id, { step, outcome });
      return outcome;
    });
    this.#ends.set(step.id, noted);
    return noted;
  }

  async rescue({ when, guards, steps }: Rescue): Promise<void> {
    // A bug of ours in a step ends it, too: what was begun is put back all the same.
    await Promise.allSettled(guards.map((id) => this.#endOf(id)));
    const isWell = (id: StepId): boolean =>
      when === 'failed' ? this.#outcomeOf(id)?.kind !== 'failed' : this.#isDone(id);
    if (guards.every(isWell)) return;
    const signal = AbortSignal.timeout(RESCUE_LIMIT);
    const control: Control = { ...this.#control, signal, force: signal };
    for (const step of steps) {
      if (step.onlyIf !== null && !this.#isDone(step.onlyIf)) continue;
      this.#ended.set(step.id, { step, outcome: await this.#perform(step, control) });
      if (!this.#isDone(step.id)) return;
    }
  }

  #outcomeOf(id: StepId): Outcome | undefined {
    return this.#ended.get(id)?.outcome;
  }

  #isDone(id: StepId): boolean {
    return this.#outcomeOf(id)?.kind === 'done';
  }

  outcomes(): Outcomes {
    return [...this.#ended.values()];
  }

  /** `checkNeeds` has made sure that what creates a container comes before what acts on it. */
  #idOf(container: ContainerRef): string {
    if ('id' in container) return container.id;
    const created = this.#outcomeOf(container.createdBy);
    if (created?.kind === 'done' && created.container !== undefined) return created.container;
    throw new Error(`${container.name} is acted on before it is created`);
  }

  async #end(step: Step, needs: readonly Promise<Outcome>[]): Promise<Outcome> {
    const ends = await Promise.all(needs);
    const stopped = ends.findIndex((end) => end.kind !== 'done');
    if (stopped !== -1) return this.#tell(step, notBegun(step.needs[stopped] ?? '', ends[stopped]));
    if (IDLE.has(step.kind)) return this.#perform(step, this.#control);
    const places = HEAVY.has(step.kind) ? this.#heavyPlaces : this.#places;
    return this.#inPlace(step, places);
  }

  /** Keeps the place for one more turn, so that what waited for this step asks for it before what can wait longer gets it. */
  #inPlace(step: Step, places: Limiter): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const work = async (): Promise<void> => {
        const outcome = this.#attempt(step);
        outcome.then(resolve, reject);
        await Promise.allSettled([outcome]);
        await new Promise((next) => void setImmediate(next));
      };
      void places(work, step.kind === 'create-container' ? CREATION_RANK : 0);
    });
  }

  async #attempt(step: Step): Promise<Outcome> {
    const failed = await this.#failures.failedNeed(step, (id) => this.#ended.get(id), this.#control.signal);
    return failed === undefined
      ? this.#perform(step, this.#control)
      : this.#tell(step, { kind: 'skipped', because: failed });
  }

  /** `checkNeeds` has made sure that there is one. */
  #endOf(id: StepId): Promise<Outcome> {
    return this.#ends.get(id) ?? Promise.resolve({ kind: 'cancelled' });
  }

  async #perform(step: Step, control: Control): Promise<Outcome> {
    if (control.signal.aborted) return this.#tell(step, { kind: 'cancelled' });
    await control.emit({ kind: 'step-started', step });
    const from = performance.now();
    try {
      const container = await performStep(step, { ...this.#dependencies, idOf: (ref) => this.#idOf(ref) }, control);
      const took = ms(performance.now() - from);
      return await this.#tell(step, { kind: 'done', took, ...(container !== null && { container }) });
    } catch (error) {
      if (isAbort(error, control)) return this.#tell(step, { kind: 'cancelled' });
      return this.#tell(step, { kind: 'failed', ...describeFailure(error) });
    }
  }

  async #tell(step: Step, outcome: Outcome): Promise<Outcome> {
    await this.#control.emit({ kind: 'step-ended', step, outcome });
    return outcome;
  }
}

/** A step whose need did not end well names the step that failed first. */
function notBegun(need: StepId, end: Outcome | undefined): Outcome {
  if (end?.kind === 'cancelled') return end;
  return { kind: 'skipped', because: end?.kind === 'skipped' ? end.because : need };
}

const isAbort = (error: unknown, { signal, force }: Control): boolean =>
  error === signal.reason || error === force.reason;
