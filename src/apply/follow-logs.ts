import type { Engine, OutputChunk } from '../engine/engine.js';
import { abortable } from '../lib/deadline.js';
import { LineCutter } from '../lib/lines.js';
import { hasCode } from '../model/errors.js';
import type { Emit, LogLine } from '../model/event.js';
import type { ContainerNews, ContainerWatch, Attacher } from './hands.js';

/** A longer line comes in pieces, so that memory stays bounded whatever a container writes. */
const LONGEST_LINE = 2 ** 21;

/**
 * Passes whole lines on as they come. Waits for every line to be taken, so that a slow reader slows the reading.
 * With a cursor, each line begins with the engine's timestamp, which is noted and taken off.
 */
export async function pumpLines(
  container: string,
  output: AsyncIterable<OutputChunk>,
  emit: Emit,
  cursor?: LogCursor,
): Promise<void> {
  const cutters = { stdout: new LineCutter(LONGEST_LINE), stderr: new LineCutter(LONGEST_LINE) };
  const tell = (stream: LogLine['stream'], line: string): void | Promise<void> =>
    emit({ kind: 'log-line', container, stream, text: cursor ? cursor.note(line) : line });
  for await (const { stream, bytes } of output) {
    for (const line of cutters[stream].push(bytes)) {
      const taken = tell(stream, line);
      if (taken) await taken;
    }
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const rest = cutters[stream].end();
    if (rest !== undefined) await tell(stream, rest);
  }
}

/** How far a container's log has been read, by the engine's own timestamps, so that nothing comes twice. */
export class LogCursor {
  /** Seconds since the epoch with nanoseconds: the first moment that has not been read. */
  since: string;

  constructor(since: string) {
    this.since = since;
  }

  /** The line without its timestamp. */
  note(line: string): string {
    const cut = line.indexOf(' ');
    const moment = cut === -1 ? null : toNanoseconds(line.slice(0, cut));
    if (moment === null) return line; // a piece of a line that was too long
    const next = moment + 1n;
    this.since = `${next / 1_000_000_000n}.${String(next % 1_000_000_000n).padStart(9, '0')}`;
    return line.slice(cut + 1);
  }
}

/** Reads `2026-11-20T10:00:00.123456789Z`. */
function toNanoseconds(stamp: string): bigint | null {
  const part = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(stamp);
  if (!part) return null;
  const fraction = BigInt((part[2] ?? '').padEnd(9, '0'));
  return BigInt(Date.parse(`${part[1] ?? ''}Z`)) * 1_000_000n + fraction;
}

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

/**
 * Follows containers from before they start to their end, over restarts by the engine: a restart ends the attached
 * stream (seen on 20.10 and 28.5), so the log goes on from the moment of death.
 */
export class Follower implements Attacher {
  readonly #engine: Engine;
  readonly #watch: ContainerWatch;
  readonly #emit: Emit;
  readonly #onExit: (exit: Exit) => void;
  readonly #following = new Map<string, { readonly end: Promise<void>; readonly stop: AbortController }>();

  constructor({ engine, watch, emit, onExit }: FollowerOptions) {
    this.#engine = engine;
    this.#watch = watch;
    this.#emit = emit;
    this.#onExit = onExit;
  }

  get containers(): string[] {
    return [...this.#following.keys()];
  }

  async attach(container: string, tty: boolean, signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const opening = this.#engine.attach(container, { tty, stdin: false, signal: stop.signal });
    const attachment = await abortable(opening, signal);
    this.follow(container, tty, { output: attachment.output, stop });
    void this.#following
      .get(container)
      ?.end.finally(() => attachment.close())
      .catch(() => undefined); // `allEnded` reports it
  }

  /** Follows a container whose output has been opened already. */
  follow(
    container: string,
    tty: boolean,
    { output, stop }: { output: AsyncIterable<OutputChunk>; stop: AbortController },
  ): void {
    const end = this.#follow({ container, tty, signal: stop.signal }, output);
    end.catch(() => undefined); // `allEnded` reports it
    this.#following.set(container, { end, stop });
  }

  /** Stops following all of them. */
  async abandonAll(): Promise<void> {
    await Promise.all(this.containers.map((container) => this.abandon(container)));
  }

  /** Stops following a container that is not going to start. */
  async abandon(container: string): Promise<void> {
    const following = this.#following.get(container);
    this.#following.delete(container);
    following?.stop.abort();
    await following?.end.catch(() => undefined); // it was told to stop
  }

  /** Resolves when every followed container has ended and all it wrote is passed on. */
  async allEnded(): Promise<void> {
    await Promise.all([...this.#following.values()].map(({ end }) => end));
  }

  async #follow(followed: Followed, first: AsyncIterable<OutputChunk>): Promise<void> {
    const { container, tty, signal } = followed;
    const life = new Life(this.#watch, container);
    try {
      await pumpLines(container, first, this.#emit);
      let cursor: LogCursor | undefined;
      while (await this.#livesOn(life, followed)) {
        cursor ??= new LogCursor(life.diedAt ?? '0');
        life.diedAt = null;
        const wanted = { tty, follow: true, timestamps: true, tail: null, since: cursor.since, until: null };
        await pumpLines(container, this.#engine.logs(container, { ...wanted, signal }), this.#emit, cursor);
      }
      if (!signal.aborted) await this.#tellEnd({ container, exitCode: life.exitCode });
    } finally {
      life.close();
    }
  }

  async #tellEnd(exit: Exit): Promise<void> {
    await this.#emit({ kind: 'container-exited', ...exit });
    this.#onExit(exit);
  }

  /**
   * Whether the container whose output has ended is going to write more: it has been restarted since. Output may end
   * before its container does; then the death is awaited.
   */
  async #livesOn(life: Life, { container, signal }: Followed): Promise<boolean> {
    while (!signal.aborted) {
      const next = life.nextNews();
      try {
        const { state, exitCode } = await this.#engine.inspectContainer(container, { signal });
        life.exitCode = exitCode;
        if (state === 'exited' || state === 'dead' || state === 'created') return false;
        if (state !== 'restarting' && life.diedAt !== null) return true;
      } catch (error) {
        if (hasCode(error, 'container-not-found') || error === signal.reason) return false; // removed by another hand
        throw error;
      }
      await abortable(Promise.race([next, this.#watch.broken]), signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
    return false;
  }
}

interface Followed {
  readonly container: string;
  readonly tty: boolean;
  readonly signal: AbortSignal;
}

/** What is known of a container's death and rebirth. */
class Life {
  /** The first death since the output that is being read was opened. */
  diedAt: string | null = null;
  exitCode = 0;
  readonly #stop: () => void;
  #tellNext: () => void = () => undefined;

  constructor(watch: ContainerWatch, container: string) {
    this.#stop = watch.listen((news) => {
      if (news.container === container) this.#hear(news);
    });
  }

  /** Resolves with the next news of any kind. To be asked for before looking, so that nothing falls between. */
  nextNews(): Promise<void> {
    return new Promise((resolve) => {
      this.#tellNext = resolve;
    });
  }

  close(): void {
    this.#stop();
  }

  #hear({ kind, at, exitCode }: ContainerNews): void {
    if (kind === 'died') {
      this.diedAt ??= at;
      this.exitCode = exitCode ?? this.exitCode;
    }
    this.#tellNext();
  }
}
