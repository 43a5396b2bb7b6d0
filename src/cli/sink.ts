import type { Writable } from 'node:stream';
import { withGrace } from '../lib/deadline.js';
import { seconds } from '../lib/units.js';

/** Characters gathered before they are written: one write for some thousand lines is what makes them fast. */
const FULL = 64 * 1024;

/**
 * For so long after a write text gathers, in milliseconds. The engine sends a line at a time, and a turn of the event loop
 * has but thirty of them: of two million lines, written at each turn's end, the writes to a pipe alone took half a second.
 */
const WRITE_PAUSE = 5;

/** How long a reader that takes nothing is waited for once everything was asked to stop. */
const READER_PATIENCE = seconds(1);

interface SinkOptions {
  readonly stream: Writable;
  /** Once this has aborted, a reader may not take long any more: what waits for it is dropped, and what comes after it. */
  readonly stopping?: AbortSignal | undefined;
  /** Told once when nobody reads any more, with the stream's error if there is one; nothing is written after that. */
  readonly onClosed: (error: NodeJS.ErrnoException | null) => void;
  /** Just before gathered text goes to the stream. */
  readonly beforeWrite?: () => void;
  /** True while somebody else is going to call `flush` within a moment. */
  readonly held?: () => boolean;
}

/**
 * Writes text to a stream in batches: when the current turn of the event loop ends or, soon after another write, some
 * milliseconds later. Never throws and never rejects. Memory stays bounded as long as callers await what `write` answers.
 */
export class Sink {
  readonly #options: SinkOptions;
  #text = '';
  #scheduled: NodeJS.Immediate | null = null;
  /** Set for `WRITE_PAUSE` after a turn's write: what comes meanwhile is written at its end. */
  #pause: NodeJS.Timeout | null = null;
  /** Pending while the stream takes no more; resolves when it does again, or never will. */
  #blocked: Promise<void> | null = null;
  #closed = false;
  #abandoned = false;

  constructor(options: SinkOptions) {
    this.#options = options;
    const { stream } = options;
    // Never taken off again: a late EPIPE without a listener would end the process with a stack trace.
    stream.on('error', (error: NodeJS.ErrnoException) => this.#close(error));
    stream.on('close', () => this.#close(null));
  }

  get isBlocked(): boolean {
    return this.#blocked !== null;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The stream holds what nobody takes. */
  get isAbandoned(): boolean {
    return this.#abandoned;
  }

  get hasText(): boolean {
    return this.#text !== '';
  }

  /** Answers a promise only when the caller should wait before writing more. */
  write(text: string): void | Promise<void> {
    if (this.#closed) return undefined;
    this.#text += text;
    if (!this.isBlocked && this.#text.length >= FULL) this.flush();
    if (!this.isBlocked && this.hasText) this.#schedule();
    return this.#blocked ?? undefined;
  }

  /** Bytes as they are, after the text so far. */
  writeBytes(bytes: Uint8Array): void | Promise<void> {
    this.flush();
    // Behind a full stream text waits here and bytes in the stream; the order would be lost without waiting.
    if (this.#blocked && this.#text !== '') return this.#blocked.then(() => this.writeBytes(bytes));
    if (!this.#closed) this.#send(bytes);
    return this.#blocked ?? undefined;
  }

  /** StepDependencies what was gathered to the stream, unless that takes no more. */
  flush(): void {
    this.#unschedule();
    if (this.#text === '' || this.#blocked || this.#closed) return;
    const text = this.#text;
    this.#text = '';
    this.#options.beforeWrite?.();
    this.#send(text);
  }

  /** Resolves when everything was taken by the stream and, as far as the stream knows, by who reads it. */
  async end(): Promise<void> {
    while (!this.#closed && (this.#text !== '' || this.#blocked)) {
      this.flush();
      if (this.#blocked) await this.#blocked;
    }
    this.#unschedule();
    if (!this.#closed && this.#options.stream.writableLength > 0) await this.#written();
  }

  #send(piece: string | Uint8Array): void {
    const { stream } = this.#options;
    if (stream.destroyed || stream.writableEnded) this.#close(null);
    else if (!stream.write(piece)) this.#block(stream);
  }

  #block(stream: Writable): void {
    this.#blocked ??= this.#withGrace(settled(stream, 'drain')).then(() => {
      this.#blocked = null;
      if (this.#text !== '') this.#schedule();
    });
  }

  #written(): Promise<void> {
    const { stream } = this.#options;
    const written = new Promise<void>((resolve) => stream.write('', () => resolve()));
    return this.#withGrace(Promise.race([settled(stream), written]));
  }

  async #withGrace(taken: Promise<void>): Promise<void> {
    const { stopping } = this.#options;
    if (!stopping) return taken;
    await withGrace(taken, READER_PATIENCE, stopping).catch(() => this.#abandon());
  }

  #schedule(): void {
    if (this.#scheduled || this.#pause || this.#options.held?.()) return;
    this.#scheduled = setImmediate(() => this.#writeGathered());
  }

  #writeGathered(): void {
    this.#unschedule();
    if (this.#text === '') return;
    this.flush();
    this.#pause = setTimeout(() => this.#writeGathered(), WRITE_PAUSE);
  }

  #unschedule(): void {
    if (this.#scheduled) clearImmediate(this.#scheduled);
    if (this.#pause) clearTimeout(this.#pause);
    this.#scheduled = null;
    this.#pause = null;
  }

  #close(error: NodeJS.ErrnoException | null): void {
    if (this.#closed) return;
    this.#drop();
    this.#options.onClosed(error);
  }

  #abandon(): void {
    this.#abandoned = true;
    this.#drop();
  }

  #drop(): void {
    this.#closed = true;
    this.#text = '';
    this.#unschedule();
  }
}

/** Resolves with the event, or when the stream fails or closes, whichever comes first. */
function settled(stream: Writable, event?: 'drain'): Promise<void> {
  const names = event ? [event, 'error', 'close'] : ['error', 'close'];
  return new Promise((resolve) => {
    const done = (): void => {
      for (const name of names) stream.off(name, done);
      resolve();
    };
    for (const name of names) stream.on(name, done);
  });
}
