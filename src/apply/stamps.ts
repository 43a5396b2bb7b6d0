/** `2026-11-20T10:00:00.123456789Z` and a space. */
const STAMP_BYTES = 31;
/**
 * The engine cuts a longer line into messages of at least this size and puts the line's stamp before each (20.10 and
 * 28.5: daemon/logger/copier.go), so that `docker logs -t` has stamps in the middle of a line, even of a character.
 * A message may be longer: json-file writes three bytes for one that is not UTF-8, such as of a character cut in two.
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
  /** The stamp of the line that is being read; null at its beginning. */
  #stamp: Buffer | null = null;
  /** How much of the line has been read since its last stamp. */
  #bytesRead = 0;
  /** What may be a part of a stamp. */
  #held: Buffer = Buffer.alloc(0);

  /** `note` is told the stamp of every line. */
  constructor(keepFirst: boolean, note: (stamp: string) => void) {
    this.#keepFirst = keepFirst;
    this.#note = note;
  }

  push(piece: Uint8Array): Uint8Array[] {
    const kept: Buffer[] = [];
    let rest = Buffer.concat([this.#held, piece]);
    this.#held = Buffer.alloc(0);
    while (rest.length > 0)
      rest = rest.subarray(this.#stamp ? this.#takeText(rest, this.#stamp, kept) : this.#takeStamp(rest, kept));
    return kept;
  }

  /** What is left of an output that ended in the middle. */
  end(): Uint8Array {
    return this.#held;
  }

  /** Answers how many bytes were taken. */
  #takeStamp(rest: Buffer, kept: Buffer[]): number {
    if (rest.length < STAMP_BYTES) return this.#hold(rest);
    this.#stamp = rest.subarray(0, STAMP_BYTES);
    this.#bytesRead = 0;
    this.#note(this.#stamp.toString('latin1', 0, STAMP_BYTES - 1));
    if (this.#keepFirst) kept.push(this.#stamp);
    return STAMP_BYTES;
  }

  /** Up to the end of the line or to its next stamp. */
  #takeText(rest: Buffer, stamp: Buffer, kept: Buffer[]): number {
    const newline = rest.indexOf(NEWLINE);
    const line = newline === -1 ? rest : rest.subarray(0, newline + 1);
    const earliest = Math.max(0, MESSAGE_BYTES - this.#bytesRead);
    const inner = line.length > earliest ? line.indexOf(stamp, earliest) : -1;
    if (inner !== -1) {
      kept.push(line.subarray(0, inner));
      this.#bytesRead = 0;
      return inner + STAMP_BYTES;
    }
    if (newline !== -1) {
      this.#stamp = null;
      kept.push(line);
      return line.length;
    }
    const unsure = Math.min(STAMP_BYTES - 1, Math.max(0, line.length - earliest));
    const sure = line.length - unsure;
    kept.push(line.subarray(0, sure));
    this.#bytesRead += sure;
    return sure + this.#hold(line.subarray(sure));
  }

  #hold(bytes: Buffer): number {
    this.#held = bytes;
    return bytes.length;
  }
}

/** How far a container's log has been read, by the engine's own timestamps, so that nothing comes twice. */
export class LogCursor {
  #stamp: string | null = null;

  readonly note = (stamp: string): void => {
    // The two streams of a log may come out of order. Stamps are of one length, so they compare as text.
    if (this.#stamp === null || stamp > this.#stamp) this.#stamp = stamp;
  };

  /** The first moment that has not been read, in seconds since the epoch with nanoseconds; null before the first line. */
  get since(): string | null {
    return this.#stamp === null ? null : momentAfter(this.#stamp);
  }
}

/** One nanosecond after an engine's timestamp (ISO 8601, up to nine digits of a fraction), in seconds since the epoch. */
export function momentAfter(stamp: string): string | null {
  const part = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(stamp);
  if (!part) return null;
  const nanoseconds = BigInt((part[2] ?? '').padEnd(9, '0'));
  const next = BigInt(Date.parse(`${part[1] ?? ''}Z`)) * 1_000_000n + nanoseconds + 1n;
  return `${next / 1_000_000_000n}.${String(next % 1_000_000_000n).padStart(9, '0')}`;
}
