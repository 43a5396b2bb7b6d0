import type { ContainerDetails } from '../model/observed.js';
import type { ContainerNews } from './step-dependencies.js';

/** `restarting`: between two lives, the engine will start it again. `unknown`: nothing was seen or told of it yet. */
export type LifeState = 'unknown' | 'created' | 'running' | 'restarting' | 'paused' | 'stopping' | 'ended' | 'gone';

/** What a look tells of a container's life. */
export type LifeLook = Pick<ContainerDetails, 'state' | 'exitCode'>;

/**
 * One container's life as events and looks tell it. Neither is enough: events say what falls between two looks, and a look
 * says what no event does (Engine 20.10: a stop or kill between two restarts ends a container without a `die`).
 * Decides nothing and asks nobody, so that whoever waits for a container waits for the same thing.
 */
export class LifecycleTracker {
  #state: LifeState = 'unknown';
  /** Of its last end. */
  exitCode = 0;
  /** The first death that was heard of, or the moment when another container took the name; in seconds since the epoch. */
  diedAt: string | null = null;
  /** Somebody sent it a signal in this life or is replacing it, so that a start may follow its end. */
  mayRestart = false;
  /** It is known to have run. */
  hasRun: boolean;
  /** Its health check has passed in this life, as an event told. */
  isHealthy = false;
  readonly #countsAll: boolean;
  #starts = 0;
  #startsRead = 0;
  /** The code of a death of which it is not known yet what followed. */
  #death: number | null = null;
  #restarts: number[] = [];

  /** `countsAll`: any start is one more; otherwise the first that is heard of belongs to the life that is known already. */
  constructor(countsAll: boolean) {
    this.#countsAll = countsAll;
    this.hasRun = countsAll;
  }

  get state(): LifeState {
    return this.#state;
  }

  /** Its processes live, or the engine will start them again. */
  get isAlive(): boolean {
    return this.#state === 'running' || this.#state === 'paused' || this.#state === 'stopping' || this.isRestarting;
  }

  get isRestarting(): boolean {
    return this.#state === 'restarting';
  }

  /** It was started after what was read began to be read. */
  get hasStartedAgain(): boolean {
    return this.#starts > this.#startsRead;
  }

  /** To be told just before reading begins, so that a start in between counts as one more. */
  beginReading(): void {
    this.#startsRead = this.#starts;
  }

  /** The exit codes of ends after which the engine, not a person, started it again; each is answered once. */
  takeRestarts(): number[] {
    const codes = this.#restarts;
    this.#restarts = [];
    return codes;
  }

  onEvent({ kind, at, exitCode }: Pick<ContainerNews, 'kind' | 'at' | 'exitCode'>): void {
    switch (kind) {
      case 'started':
        this.hasRun = true;
        this.#noteRestart();
        if (this.#countsAll || this.diedAt !== null) this.#starts += 1;
        this.mayRestart = false;
        this.#state = 'running';
        return;
      case 'died':
        this.hasRun = true;
        this.diedAt ??= at;
        this.exitCode = exitCode ?? this.exitCode;
        this.#death = this.exitCode;
        this.isHealthy = false;
        this.#state = 'ended'; // a look may know better
        return;
      case 'signalled':
        this.mayRestart = true;
        if (this.#state === 'running') this.#state = 'stopping';
        return;
      case 'stopped':
        if (this.isAlive) this.#state = 'ended';
        return;
      case 'paused':
        this.#state = 'paused';
        return;
      case 'unpaused':
        this.#state = 'running';
        return;
      case 'gone':
        this.#state = 'gone';
        return;
      case 'healthy':
      case 'unhealthy':
        this.isHealthy = kind === 'healthy';
        return;
      case 'renamed':
        return;
      default:
        return kind satisfies never;
    }
  }

  /** Another container takes its name: what is started under it next is its next life. */
  onReplaced(at: string): void {
    this.diedAt ??= at;
    this.mayRestart = true;
  }

  /** Null: there is no such container. */
  onLook(look: LifeLook | null): void {
    if (!look) {
      this.#state = 'gone';
      return;
    }
    const { state, exitCode } = look;
    if (state !== 'created') this.hasRun = true; // the event may come later
    if (state === 'created' || state === 'running' || state === 'paused') {
      this.#state = state;
      return;
    }
    this.exitCode = exitCode;
    this.#state = state === 'restarting' ? 'restarting' : 'ended';
    if (this.isRestarting) this.#noteRestart();
  }

  #noteRestart(): void {
    if (this.#death !== null && !this.mayRestart) this.#restarts.push(this.#death);
    this.#death = null;
  }
}
