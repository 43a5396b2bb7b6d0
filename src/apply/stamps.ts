/** `2026-11-20T10:00:00.123456789Z` and a space. */
const STAMP_BYTES = 31;
/**
 * The engine cuts longer lines into messages of this size and stamps each (20.10 and 28.5: defaultBufSize of
 * daemon/logger/copier.go), so that `docker logs -t` has stamps in the middle of a line, even of a character.
 */
const MESSAGE_BYTES = 16 * 1024;
const NEWLINE = 0x0a;

/**
 * Takes the engine's timestamps off one stream of a log; with `keepFirst` each line keeps the one that it begins with.
 * Pieces may be cut anywhere.
 */
export class StampCutter {
  readonly #keepFirst: boolean;
  readonly #note: (stamp: string) => void;
  readonly #stamp = Buffer.alloc(STAMP_BYTES);
  #stampBytes = 0;
  /** Of the message that is being read; null while its stamp is awaited. */
  #bytesLeft: number | null = null;
  #isLineBegin = true;

  /** `note` is told every stamp. */
  constructor(keepFirst: boolean, note: (stamp: string) => void) {
    this.#keepFirst = keepFirst;
    this.#note = note;
  }

  push(piece: Uint8Array): Uint8Array[] {
    const kept: Uint8Array[] = [];
    let from = 0;
    while (from < piece.length) {
      if (this.#bytesLeft === null) {
        from += this.#takeStamp(piece.subarray(from), kept);
        continue;
      }
      const message = this.#takeMessage(piece.subarray(from, from + this.#bytesLeft));
      kept.push(message);
      from += message.length;
    }
    return kept;
  }

  /** Answers how many bytes were taken. */
  #takeStamp(piece: Uint8Array, kept: Uint8Array[]): number {
    const taken = piece.subarray(0, STAMP_BYTES - this.#stampBytes);
    this.#stamp.set(taken, this.#stampBytes);
    this.#stampBytes += taken.length;
    if (this.#stampBytes < STAMP_BYTES) return taken.length;
    this.#stampBytes = 0;
    this.#bytesLeft = MESSAGE_BYTES;
    this.#note(this.#stamp.toString('latin1', 0, STAMP_BYTES - 1));
    if (this.#keepFirst && this.#isLineBegin) kept.push(Uint8Array.from(this.#stamp));
    return taken.length;
  }

  #takeMessage(piece: Uint8Array): Uint8Array {
    const end = piece.indexOf(NEWLINE);
    const message = end === -1 ? piece : piece.subarray(0, end + 1);
    const left = (this.#bytesLeft ?? 0) - message.length;
    this.#isLineBegin = end !== -1;
    this.#bytesLeft = this.#isLineBegin || left === 0 ? null : left;
    return message;
  }
}

/** How far a container's log has been read, by the engine's own timestamps, so that nothing comes twice. */
export class LogCursor {
  #stamp: string | null = null;

  readonly note = (stamp: string): void => {
    this.#stamp = stamp;
  };

  /** The first moment that has not been read, in seconds since the epoch with nanoseconds; null before the first line. */
  get since(): string | null {
    const moment = this.#stamp === null ? null : toNanoseconds(this.#stamp);
    if (moment === null) return null;
    const next = moment + 1n;
    return `${next / 1_000_000_000n}.${String(next % 1_000_000_000n).padStart(9, '0')}`;
  }
}

function toNanoseconds(stamp: string): bigint | null {
  const part = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z$/.exec(stamp);
  return part && BigInt(Date.parse(`${part[1] ?? ''}Z`)) * 1_000_000n + BigInt(part[2] ?? '');
}
