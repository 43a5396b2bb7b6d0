import { raceAbort } from '../lib/deadline.js';
import { hasCode, TsfigError } from '../model/errors.js';
import type { EndedStep, Plan, Step, StepId, StepKind } from '../model/plan.js';
import type { StepDependencies } from './step-dependencies.js';

/** After these a container runs. */
const RUNNING: ReadonlySet<StepKind> = new Set(['start-container', 'wait-ready']);
/** What is not done behind a container that has failed. What only clears away is done all the same. */
const HELD_BACK: ReadonlySet<StepKind> = new Set(['create-container', 'start-container', 'stop-container']);

/**
 * Knows which containers have failed since a walk has started them, so that nothing is started behind them (decisions 7).
 * Follows the engine's events where steps of the plan wait for a running container, and asks only about one that died.
 */
export class FailureWatch {
  readonly #engine: StepDependencies['engine'];
  /** Ids of those that ended with another code than 0 and were not started since. */
  readonly #died = new Set<string>();
  readonly #opened: Promise<void> = Promise.resolve();
  readonly #stop: () => void = () => undefined;

  constructor({ engine, watch }: StepDependencies, { steps }: Plan) {
    this.#engine = engine;
    const running = new Set(steps.filter(({ kind }) => RUNNING.has(kind)).map(({ id }) => id));
    const isOfUse = steps.some(({ kind, needs }) => HELD_BACK.has(kind) && needs.some((need) => running.has(need)));
    if (!watch || !isOfUse) return;
    this.#stop = watch.listen(({ kind, id, exitCode }) => {
      if (kind === 'died' && exitCode !== 0) this.#died.add(id);
      if (kind === 'started') this.#died.delete(id);
    });
    // Who waits for health is told of a broken stream; the others are started as if all went well.
    this.#opened = watch.open().catch(() => undefined);
  }

  /** The first of the step's needs whose container has failed; undefined: none. */
  async failedNeed(
    { kind, needs }: Step,
    endOf: (id: StepId) => EndedStep | undefined,
    signal: AbortSignal,
  ): Promise<StepId | undefined> {
    // Nothing is started before the engine tells its events.
    if (kind === 'start-container') await raceAbort(this.#opened, signal).catch(() => undefined);
    if (!HELD_BACK.has(kind)) return undefined;
    for (const need of needs) {
      const end = endOf(need);
      if (!end || !RUNNING.has(end.step.kind) || end.outcome.kind !== 'done') continue;
      if (await this.#hasFailed(end.outcome.container, signal)) return need;
    }
    return undefined;
  }

  close(): void {
    this.#stop();
  }

  /** The engine may start it again, as its restart policy says: then it is no failure yet. */
  async #hasFailed(id: string | undefined, signal: AbortSignal): Promise<boolean> {
    if (id === undefined || !this.#died.has(id)) return false;
    try {
      const { state, exitCode } = await this.#engine.inspectContainer(id, { signal });
      return (state === 'exited' || state === 'dead') && exitCode !== 0;
    } catch (error) {
      if (!(error instanceof TsfigError)) throw error;
      return hasCode(error, 'container-not-found'); // otherwise the step itself meets what is wrong
    }
  }
}
