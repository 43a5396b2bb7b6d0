import type { Writable } from 'node:stream';
import { joinLines, safe, type SafeText } from '../lib/safe-text.js';
import type { Emit, RunEvent } from '../model/event.js';
import { eventToJson } from '../render/json.js';
import { LogNames, logLineText } from '../render/log-prefix.js';
import { type LineRenderer, noticeRenderer, plainRenderer, quietRenderer } from '../render/plain.js';
import { LiveView } from './live-view.js';
import { Sink } from './sink.js';

/** A process stream, or what stands for one in a test. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly mode: 'tty' | 'plain' | 'json' | 'quiet';
  /** Colours on standard error. */
  readonly colour: boolean;
  /** Colours of the containers' names on standard output; as `colour` unless given. */
  readonly logColour?: boolean;
  /** False: log lines without the container's name. */
  readonly prefix?: boolean;
  /** Told once when nobody reads standard output any more: null or EPIPE after `| head`, else what went wrong. */
  readonly onClosed?: (error: NodeJS.ErrnoException | null) => void;
  /** Once this has aborted, a reader that takes nothing is soon waited for no longer. */
  readonly stopping?: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Everything that leaves the process passes here. Nothing in it throws or rejects. */
export interface Output {
  /** Answers a promise only when the reader is slow, so that the caller can wait for it. */
  readonly emit: Emit;
  /** Prints a result to standard output, with a newline at its end; resolves when the reader has taken it. */
  result(text: SafeText): Promise<void>;
  /** Prints a line (an error, say) to standard error, above the live view. */
  note(text: SafeText): void;
  /** A container's own bytes, as they are. */
  raw(stream: 'stdout' | 'stderr', bytes: Uint8Array): void | Promise<void>;
  /** Log lines of this project's containers are prefixed without the project; a plan tells it too. */
  useProject(project: string): void;
  /** Writes what waits, as before a question that goes past it. */
  flush(): void;
  /** A reader took nothing for so long that what waits for it will never be written. */
  readonly isAbandoned: boolean;
  /** Writes what is left, puts the terminal back in order and lets go of timers. What is emitted later is dropped. */
  close(): Promise<void>;
}

export const makeOutput = (options: OutputOptions): Output => new Writer(options);

/** Sizes for terminals that do not tell theirs. */
const COLUMNS = 80;
const ROWS = 24;

class Writer implements Output {
  readonly #options: OutputOptions;
  readonly #out: Sink;
  readonly #err: Sink;
  readonly #names: LogNames;
  readonly #now: () => number;
  readonly #view: LiveView | null;
  /** Null once it has failed. */
  #render: LineRenderer | null;
  #seq = 0;
  #isClosed = false;

  constructor(options: OutputOptions) {
    const { stdout, stderr, mode, colour, logColour = colour, prefix = true, stopping } = options;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#names = new LogNames({ colour: logColour, prefix });
    const sharesScreen = mode === 'tty' && stdout.isTTY === true;
    this.#out = new Sink({
      stream: stdout,
      stopping,
      onClosed: (error) => this.#stdoutClosed(error),
      beforeWrite: () => sharesScreen && this.#view?.erase(),
      held: () => sharesScreen && this.#view?.isAwaited === true,
    });
    this.#err = new Sink({ stream: stderr, stopping, onClosed: () => undefined });
    this.#view = mode === 'tty' ? this.#makeView(stderr, sharesScreen) : null;
    this.#render = this.#renderers[mode]();
  }

  readonly #renderers: Readonly<Record<OutputOptions['mode'], () => LineRenderer>> = {
    tty: () => noticeRenderer(this.#names),
    plain: () => plainRenderer(this.#names),
    quiet: () => quietRenderer(this.#names),
    json: () => (event) => eventToJson(event, { at: this.#now(), seq: (this.#seq += 1) }),
  };

  readonly emit: Emit = (event) => {
    if (this.#isClosed) return undefined;
    try {
      return this.#emit(event);
    } catch (error) {
      this.#dropRenderer(error);
      return undefined;
    }
  };

  async result(text: SafeText): Promise<void> {
    if (text === '' || this.#isClosed) return;
    this.#view?.settle();
    await this.#to(this.#out, text.endsWith('\n') ? text : `${text}\n`);
    await this.#out.end();
  }

  note(text: SafeText): void {
    if (this.#view) this.#view.above(text);
    else void this.#to(this.#err, `${text}\n`);
  }

  raw(stream: 'stdout' | 'stderr', bytes: Uint8Array): void | Promise<void> {
    if (this.#isClosed) return undefined;
    this.#view?.erase();
    const [sink, other] = stream === 'stdout' ? [this.#out, this.#err] : [this.#err, this.#out];
    other.flush();
    return sink.writeBytes(bytes);
  }

  useProject(project: string): void {
    this.#names.useProject(project);
  }

  flush(): void {
    this.#out.flush();
    this.#err.flush();
  }

  get isAbandoned(): boolean {
    return this.#out.isAbandoned || this.#err.isAbandoned;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#out.flush();
    this.#view?.settle();
    await this.#out.end();
    await this.#err.end();
  }

  #emit(event: RunEvent): void | Promise<void> {
    const isJson = this.#options.mode === 'json';
    if (event.kind === 'log-line' && !isJson) {
      return this.#to(this.#out, `${this.#names.styleOf(event.container).prefix}${logLineText(event.text)}\n`);
    }
    // Progress comes as fast as the engine likes and nobody waits for its being told: of a slow reader it is kept away.
    if (isJson && event.kind === 'step-progress' && this.#err.isBlocked) return undefined;
    const output = isFailure(event) ? (this.#view?.outputOf(event.step) ?? []) : [];
    this.#view?.update(event);
    const line = this.#render?.(event);
    if (line === undefined) return undefined;
    if (isForStdout(event)) return this.#to(this.#out, `${line}\n`);
    if (!this.#view) return this.#to(this.#err, `${line}\n`);
    this.#view.above(joinLines([...output, line]));
    return undefined;
  }

  /** What waits for the other stream goes first, so that a terminal shows both in their order. */
  #to(sink: Sink, text: string): void | Promise<void> {
    const other = sink === this.#out ? this.#err : this.#out;
    if (other.hasText) other.flush();
    return sink.write(text);
  }

  #makeView(stderr: OutputStream, sharesScreen: boolean): LiveView {
    return new LiveView({
      screen: this.#err,
      logs: sharesScreen ? this.#out : null,
      size: () => ({ columns: stderr.columns || COLUMNS, rows: stderr.rows || ROWS }),
      colour: this.#options.colour,
      now: this.#now,
      onFailure: (error) => this.#dropRenderer(error),
    });
  }

  /** The containers' lines go on; only what tsfig itself says is lost. */
  #dropRenderer(error: unknown): void {
    if (this.#render === null) return;
    this.#render = null;
    void this.#err.write(
      `${safe`tsfig cannot show what it does any more: ${error instanceof Error ? error.message : 'a bug'}`}\n`,
    );
  }

  #stdoutClosed(error: NodeJS.ErrnoException | null): void {
    if (error !== null && error.code !== 'EPIPE')
      this.note(safe`error: cannot write to standard output: ${error.message}`);
    this.#options.onClosed?.(error);
  }
}

const isForStdout = ({ kind }: RunEvent): boolean =>
  kind === 'log-line' || kind === 'attached' || kind === 'container-exited';

type Ended = Extract<RunEvent, { readonly kind: 'step-ended' }>;
const isFailure = (event: RunEvent): event is Ended => event.kind === 'step-ended' && event.outcome.kind === 'failed';
