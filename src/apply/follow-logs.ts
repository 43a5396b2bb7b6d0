import { setMaxListeners } from 'node:events';
import type { Attachment, Engine, OutputChunk } from '../engine/engine.js';
import { pause, raceAbort } from '../lib/deadline.js';
import { seconds } from '../lib/units.js';
import { hasCode } from '../model/errors.js';
import type { Emit } from '../model/event.js';
import type { Attachable, Attacher, ContainerWatch } from './step-dependencies.js';
import { outputOfLiving, readUntil } from './last-output.js';
import type { LifecycleTracker } from './lifecycle.js';
import { pumpLines, type Stamps } from './pump-lines.js';
import { LogCursor, momentAfter } from './stamps.js';
import { LifeWatch } from './watch-life.js';

/** How a followed container ended. */
export interface Exit {
  readonly container: string;
  readonly exitCode: number;
}

interface FollowerOptions {
  readonly engine: Engine;
  readonly watch: ContainerWatch;
  readonly emit: Emit;
  /** Told of every end, as it happens. */
  readonly onExit: (exit: Exit) => void;
}

/** What a followed container's output begins with. */
export interface Opened {
  readonly output: AsyncIterable<OutputChunk>;
  readonly stop: AbortController;
  /** The output is the container's log with timestamps, which its lines keep or not; null: it was attached to. */
  readonly log: { readonly keepStamps: boolean; readonly until: string | null } | null;
  /** Its next life is followed, from this moment on, in seconds since the epoch; the output is empty then. */
  readonly nextLifeFrom?: string;
}

interface Followed {
  readonly container: string;
  readonly tty: boolean;
  readonly signal: AbortSignal;
}

interface Reading {
  readonly stamps: Stamps;
  readonly follow: boolean;
  /** Null: there is nothing to begin from. */
  readonly since: string | null;
  readonly until: string | null;
}

/** In seconds since the epoch. */
const BEGINNING = '0';

/**
 * How long a container that was sent a signal, or is being replaced, and ended may take to start again: the engine's `restart` is a stop and a
 * start, and nothing tells beforehand that there will be a start (seen on 20.10: up to 0.8 s between them).
 */
const RESTART_PAUSE = seconds(2);

/**
 * How long a container is believed to be between two lives before it is looked at again: one that is killed there ends, and
 * the engine tells nobody (20.10).
 */
const RESTARTING_PAUSE = seconds(5);

/**
 * Follows containers from before they start to their end, over restarts: each ends the stream that is read (seen on
 * 20.10 and 28.5), so the log goes on from the moment of death.
 */
export class Follower implements Attacher {
  readonly #options: FollowerOptions;
  readonly #following = new Map<string, { readonly end: Promise<void>; readonly stop: AbortController }>();
  /** Those of them that have not ended. */
  readonly #alive = new Set<string>();
  /** Aborted when nobody is going to restart what is stopped. */
  readonly #final = new AbortController();
  /** Aborted when none is alive and none is going to be followed any more. */
  readonly #over = new AbortController();
  #isComplete = false;
  readonly #lives = new Set<LifeWatch>();

  constructor(options: FollowerOptions) {
    this.#options = options;
    // Every container that has ended listens to them: more than ten are no leak, and Node would tell the user of one.
    setMaxListeners(0, this.#final.signal, this.#over.signal);
  }

  get containers(): string[] {
    return [...this.#following.keys()];
  }

  async attach(attachable: Attachable, signal: AbortSignal): Promise<void> {
    const { tty, fromNow } = attachable;
    const container = attachable.container.name;
    const { engine } = this.#options;
    const stop = new AbortController();
    for (;;) {
      const attachment = await this.#tryAttach(attachable, stop, signal);
      if (attachment) {
        const living = { container, attachment };
        const output = fromNow ? await outputOfLiving(engine, living, signal) : attachment.output;
        this.follow(container, tty, { output, stop, log: null });
        void this.#following
          .get(container)
          ?.end.finally(() => attachment.close())
          .catch(() => undefined); // `allEnded` reports it
        return;
      }
      const { state, finishedAt } = await engine.inspectContainer(attachable.container, { signal });
      if (state === 'running') continue; // it has begun its next life in between
      const nextLifeFrom = (finishedAt === null ? null : momentAfter(finishedAt)) ?? BEGINNING;
      this.follow(container, tty, { output: nothing(), stop, log: null, nextLifeFrom });
      return;
    }
  }

  /** Null: the engine refuses, because the container is between two lives. */
  async #tryAttach(
    { container, tty, fromNow }: Attachable,
    stop: AbortController,
    signal: AbortSignal,
  ): Promise<Attachment | null> {
    const opening = this.#options.engine.attach(container, { tty, stdin: false, signal: stop.signal });
    try {
      return await raceAbort(opening, signal);
    } catch (error) {
      if (fromNow && hasCode(error, 'engine-conflict')) return null;
      opening.then((late) => late.close()).catch(() => undefined); // nobody reads it any more
      stop.abort();
      throw error;
    }
  }

  /** Follows a container whose output has been opened already. */
  follow(container: string, tty: boolean, opened: Opened): void {
    this.#alive.add(container);
    const end = this.#follow({ container, tty, signal: opened.stop.signal }, opened).finally(() => {
      this.#tellEnded(container);
    });
    end.catch(() => undefined); // `allEnded` reports it
    this.#following.set(container, { end, stop: opened.stop });
  }

  /** Stops following all of them. */
  async abandonAll(): Promise<void> {
    await Promise.all(this.containers.map((container) => this.abandon(container)));
  }

  /** Stops following a container. */
  async abandon(container: string): Promise<void> {
    const following = this.#following.get(container);
    this.#following.delete(container);
    following?.stop.abort();
    await following?.end.catch(() => undefined); // it was told to stop
  }

  /** From now on what is stopped is not going to be started again. */
  expectEnds(): void {
    this.#final.abort();
  }

  /** Whoever waits for a container's end looks whether it has ended. */
  lookAgain(): void {
    this.#lives.forEach((watch) => watch.wake());
  }

  /**
   * Resolves when no followed container is alive any more and all that they wrote is passed on. Until then one that has
   * ended and is started again is followed again. Nothing more is to be followed.
   */
  async allEnded(): Promise<void> {
    this.#isComplete = true;
    this.#endWhenOver();
    await Promise.all([...this.#following.values()].map(({ end }) => end));
  }

  #tellEnded(container: string): void {
    this.#alive.delete(container);
    this.#endWhenOver();
  }

  #endWhenOver(): void {
    if (this.#isComplete && this.#alive.size === 0) this.#over.abort();
  }

  async #follow(followed: Followed, { output, log, nextLifeFrom }: Opened): Promise<void> {
    const { container, signal } = followed;
    const watch = new LifeWatch(this.#options.watch, container, log !== null || nextLifeFrom !== undefined);
    const { life } = watch;
    this.#lives.add(watch);
    const stamps: Stamps = { keep: log?.keepStamps ?? false, cursor: new LogCursor() };
    const reading = { stamps, until: log?.until ?? null };
    try {
      const opened = pumpLines(container, readUntil(output, signal), this.#options.emit, log ? stamps : undefined);
      await this.#orAttach(opened, life, followed);
      if (log) await this.#readOn(followed, { ...reading, since: stamps.cursor.since, follow: false });
      while (await this.#livesOn(watch, followed)) {
        life.beginReading();
        const since = stamps.cursor.since ?? nextLifeFrom ?? life.diedAt ?? BEGINNING;
        await this.#orAttach(this.#readOn(followed, { ...reading, since, follow: true }), life, followed);
        await this.#readOn(followed, { ...reading, since: stamps.cursor.since, follow: false });
      }
    } finally {
      this.#lives.delete(watch);
      watch.close();
    }
  }

  /**
   * What has come into the log, and with `follow` what comes until the container ends. To be asked once more without
   * `follow` at its end: the engine drops what a slow reader has not been sent when the container ends (seen on 20.10).
   */
  async #readOn({ container, tty, signal }: Followed, { stamps, follow, since, until }: Reading): Promise<void> {
    if (since === null || signal.aborted) return;
    const { engine, emit } = this.#options;
    const wanted = { tty, follow, timestamps: true, tail: null, since, until };
    try {
      const output = readUntil(engine.logs(container, { ...wanted, signal }), signal);
      await pumpLines(container, output, emit, stamps);
    } catch (error) {
      if (hasCode(error, 'container-not-found')) return; // removed by another hand
      if (follow || !hasCode(error, 'log-unreadable')) throw error;
    }
  }

  /** A log that cannot be read back, as with `log_driver: none`, leaves what comes from now on. */
  async #orAttach(reading: Promise<void>, life: LifecycleTracker, followed: Followed): Promise<void> {
    try {
      await reading;
      return;
    } catch (error) {
      if (!hasCode(error, 'log-unreadable')) throw error;
    }
    await this.#look(life, followed);
    if (!life.isAlive) return;
    const { container, tty, signal } = followed;
    const { engine, emit } = this.#options;
    const attachment = await engine.attach(container, { tty, stdin: false, signal });
    await pumpLines(container, readUntil(attachment.output, signal), emit).finally(() => attachment.close());
  }

  /**
   * Whether the container whose output has ended has written more since: it was started again. Output may end before its
   * container does; then the death is awaited.
   */
  async #livesOn(watch: LifeWatch, followed: Followed): Promise<boolean> {
    const { signal, container } = followed;
    const { life } = watch;
    while (!signal.aborted) {
      const next = watch.nextNews();
      await this.#look(life, followed);
      for (const exitCode of life.takeRestarts()) await this.#tellExit({ container, exitCode }, true);
      if (life.hasStartedAgain) return true;
      if (!life.isAlive) return this.#startsAgain(watch, followed);
      const own = new AbortController(); // ends the pause with the wait
      const waits = [next, this.#options.watch.broken, ...(life.isRestarting ? [lookSoon(own.signal)] : [])];
      await raceAbort(Promise.race(waits), signal)
        .catch((error: unknown) => {
          if (!signal.aborted) throw error;
        })
        .finally(() => own.abort());
    }
    return false;
  }

  async #tellExit(exit: Exit, restarting: boolean): Promise<void> {
    await this.#options.emit({ kind: 'container-exited', ...exit, restarting });
    if (!restarting) this.#options.onExit(exit);
  }

  async #look(life: LifecycleTracker, { container, signal }: Followed): Promise<void> {
    try {
      life.onLook(await this.#options.engine.inspectContainer(container, { signal }));
    } catch (error) {
      if (!hasCode(error, 'container-not-found') && error !== signal.reason) throw error;
      life.onLook(null);
    }
  }

  /** Tells the end of a container, unless it is being restarted, and waits whether somebody starts it once more. */
  async #startsAgain(watch: LifeWatch, { container, signal }: Followed): Promise<boolean> {
    const { life } = watch;
    const soon = [signal, this.#final.signal, AbortSignal.timeout(RESTART_PAUSE)];
    if (life.mayRestart && (await watch.startsBefore(soon))) return true;
    if (signal.aborted) return false;
    if (life.hasRun) await this.#tellExit({ container, exitCode: life.exitCode }, false); // else its start failed
    this.#tellEnded(container);
    const startsAgain = await Promise.race([
      watch.startsBefore([signal, this.#over.signal]),
      this.#options.watch.broken,
    ]);
    if (startsAgain) this.#alive.add(container);
    return startsAgain;
  }
}

const lookSoon = (signal: AbortSignal): Promise<void> => pause(RESTARTING_PAUSE, signal).catch(() => undefined);

async function* nothing(): AsyncGenerator<OutputChunk, void> {}
