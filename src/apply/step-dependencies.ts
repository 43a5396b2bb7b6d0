import type { Engine } from '../engine/engine.js';
import type { ContainerHandle } from '../model/replica.js';

/** What a step may touch. */
export interface StepDependencies {
  readonly engine: Engine;
  /** Where an attached container's output goes; absent when nobody reads it. */
  readonly follower?: Attacher;
  /** News of the project's containers; needed by plans that wait for something. */
  readonly watch?: ContainerWatch;
}

export interface Attacher {
  /** Resolves when the engine has switched the connection; from then on nothing the container writes is lost. */
  attach(container: Attachable, signal: AbortSignal): Promise<void>;
}

export interface Attachable {
  readonly container: ContainerHandle;
  readonly tty: boolean;
  /** It ran when it was looked at, so that nobody is going to start it. */
  readonly fromNow: boolean;
}

/** What happened to a container while it was watched. */
export interface ContainerNews {
  readonly kind:
    'started' | 'signalled' | 'died' | 'stopped' | 'paused' | 'unpaused' | 'renamed' | 'gone' | 'healthy' | 'unhealthy';
  /** With `renamed`, its new name. */
  readonly container: string;
  readonly id: string;
  /** With `died`. */
  readonly exitCode: number | null;
  /** Seconds since the epoch, as the engine writes them. */
  readonly at: string;
}

export interface ContainerWatch {
  /** Resolves when the engine is telling: what is caused after that is not missed. Asks the engine on the first call only. */
  readonly open: () => Promise<void>;
  /** Tells every news from now on until the returned function is called. */
  listen(listener: (news: ContainerNews) => void): () => void;
  /** Rejects when the engine's event stream breaks. */
  readonly broken: Promise<never>;
}
