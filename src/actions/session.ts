import { Follower, type Exit } from '../apply/follow-logs.js';
import type { StepDependencies } from '../apply/step-dependencies.js';
import { watchProject } from '../apply/watch.js';
import type { Engine } from '../engine/engine.js';
import { raceAbort } from '../lib/deadline.js';
import { problem } from '../model/diagnostic.js';
import type { Control, RunEvent } from '../model/event.js';
import type { Plan, StepId } from '../model/plan.js';
import type { ContainerHandle } from '../model/replica.js';
import type { PlanInput } from '../plan/plan-input.js';

/** Opens a session; with `follow` the engine tells its events before anything is done. */
export async function openSession(
  engine: Engine,
  project: string,
  control: Control,
  { follow }: { readonly follow: boolean },
): Promise<Session> {
  const session = new Session(engine, project, control, follow);
  if (!follow) return session;
  try {
    await raceAbort(session.dependencies.watch.open(), control.signal);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** What lasts from the first step of an `up` to its end: the watch on the engine's events and the followed output. */
export class Session {
  readonly dependencies: StepDependencies & Required<Pick<StepDependencies, 'watch'>>;
  /** For all work in this session: it notes what is started. */
  readonly control: Control;
  /** The last input planned from. */
  input: PlanInput | null = null;
  readonly exits: Exit[] = [];
  readonly #project: string;
  readonly #follower: Follower;
  readonly #life = new AbortController();
  readonly #announced = new Set<string>();
  /** Containers that were created here, by the step. */
  readonly #created = new Map<StepId, string>();
  /** By id. */
  readonly #started = new Map<string, ContainerHandle>();
  readonly #firstExit: Promise<void>;

  constructor(engine: Engine, project: string, control: Control, follow: boolean) {
    this.#project = project;
    this.control = {
      ...control,
      emit: (event) => {
        this.#noteStart(event);
        return control.emit(event);
      },
    };
    const watch = watchProject(engine, project, this.#life.signal);
    let tellFirst: () => void = () => undefined;
    this.#firstExit = new Promise<void>((resolve) => (tellFirst = resolve));
    const onExit = (exit: Exit): void => {
      this.exits.push(exit);
      tellFirst();
    };
    this.#follower = new Follower({ engine, watch, emit: control.emit, onExit });
    this.dependencies = follow ? { engine, watch, follower: this.#follower } : { engine, watch };
  }

  /** The containers that were started here, or whose start was asked for and may have been heard of. */
  get started(): ContainerHandle[] {
    return [...this.#started.values()];
  }

  /** Says which containers the plan attaches to. */
  async announce({ steps }: Plan): Promise<void> {
    const attached = steps.flatMap((step) => (step.kind === 'attach-container' ? [step.container.name] : []));
    const containers = attached.filter((container) => !this.#announced.has(container));
    containers.forEach((container) => this.#announced.add(container));
    if (containers.length > 0) await this.control.emit({ kind: 'attached', project: this.#project, containers });
  }

  /** Lets go of those for which `keep` is false. */
  async abandonAllBut(keep: (container: string) => boolean): Promise<void> {
    const gone = this.#follower.containers.filter((name) => !keep(name));
    await Promise.all(gone.map((name) => this.#follower.abandon(name)));
  }

  /** Resolves when all followed containers have ended, with `first` when one has, or when the signal aborts. */
  async untilEnd(first: boolean, signal: AbortSignal): Promise<void> {
    const ends = first ? Promise.race([this.#firstExit, this.#follower.allEnded()]) : this.#follower.allEnded();
    await raceAbort(ends, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /** From now on what is stopped is not going to be started again. */
  expectEnds(): void {
    this.#follower.expectEnds();
  }

  /** All that wait for a container's end look again: not every end is an event, such as that of a stop between two restarts. */
  lookAgain(): void {
    this.#follower.lookAgain();
  }

  /** Resolves when all followed containers have ended. */
  allEnded(): Promise<void> {
    return this.#follower.allEnded();
  }

  /** Names of the containers of `web`, or of `web@2`. */
  containersOf(named: string): string[] {
    const [service = '', number] = named.split('@');
    const all = this.input?.replicas.wanted.get(service) ?? [];
    return all.filter((each) => number === undefined || each.number === Number(number)).map(({ name }) => name);
  }

  /** For an `up -d` that a signal ends: it stops nothing. */
  async tellLeftRunning(): Promise<void> {
    if (this.#started.size === 0) return;
    const names = this.started.map(({ name }) => name);
    const message = `left running what was started: ${names.join(', ')}`;
    const diagnostic = problem('left-running', message, 'tsfig up -d goes on from there, tsfig stop stops it');
    await this.control.emit({ kind: 'warning', diagnostic: { ...diagnostic, severity: 'warning' } });
  }

  async close(): Promise<void> {
    await this.#follower.abandonAll();
    this.#life.abort();
  }

  /** A start that was given up, or whose answer was lost, may still have been heard of. */
  #noteStart(event: RunEvent): void {
    if (event.kind !== 'step-started' && event.kind !== 'step-ended') return;
    const { step } = event;
    if (step.kind === 'create-container' && event.kind === 'step-ended' && event.outcome.kind === 'done') {
      this.#created.set(step.id, event.outcome.container ?? '');
    }
    if (step.kind !== 'start-container') return;
    const { container } = step;
    const id = 'id' in container ? container.id : (this.#created.get(container.createdBy) ?? '');
    const isRefused =
      event.kind === 'step-ended' && event.outcome.kind === 'failed' && event.outcome.code !== 'engine-unreachable';
    if (isRefused) this.#started.delete(id);
    else this.#started.set(id, { id, name: container.name });
  }
}
