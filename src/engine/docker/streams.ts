import { TsfigError } from '../../model/errors.js';
import type { OutputChunk } from '../engine.js';

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Takes apart the engine's framing of a container without a terminal: eight bytes of header (stream, three zeros, length
 * as a big-endian uint32), then the bytes (Engine API v1.24 to v1.51, "Attach to a container"). Frames may be cut anywhere.
 */
export class FrameCutter {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #stream: OutputChunk['stream'] = 'stdout';
  /** Of the frame that is being read. */
  #bytesLeft = 0;

  /**
   * The output in a piece. Overwrites the piece: a log has a frame a line, so frames of one stream that follow each other
   * are moved together and come as one chunk; that is what makes millions of lines quick.
   */
  push(piece: Uint8Array): OutputChunk[] {
    const chunks: OutputChunk[] = [];
    let from = 0;
    let written = 0;
    let begun = 0;
    const flush = (): void => {
      if (written > begun) chunks.push({ stream: this.#stream, bytes: piece.subarray(begun, written) });
      begun = written;
    };
    while (from < piece.length) {
      if (this.#bytesLeft === 0) {
        from += this.#takeHeader(piece, from, flush);
        continue;
      }
      const count = Math.min(this.#bytesLeft, piece.length - from);
      piece.copyWithin(written, from, from + count);
      written += count;
      from += count;
      this.#bytesLeft -= count;
    }
    flush();
    return chunks;
  }

  /** True in the middle of a frame, where no output ends by itself. */
  get isWithin(): boolean {
    return this.#headerBytes > 0 || this.#bytesLeft > 0;
  }

  /** Answers how many bytes of the header were there. */
  #takeHeader(piece: Uint8Array, from: number, flush: () => void): number {
    const count = Math.min(HEADER_BYTES - this.#headerBytes, piece.length - from);
    if (count === HEADER_BYTES) {
      // Nearly every header is whole; to copy each would take as long as all else here.
      this.#begin(piece, from, flush);
      return count;
    }
    this.#header.set(piece.subarray(from, from + count), this.#headerBytes);
    this.#headerBytes += count;
    if (this.#headerBytes === HEADER_BYTES) {
      this.#headerBytes = 0;
      this.#begin(this.#header, 0, flush);
    }
    return count;
  }

  /** Begins a frame with the header that stands in the bytes. */
  #begin(bytes: Uint8Array, at: number, flush: () => void): void {
    const stream = bytes[at] === STDERR ? 'stderr' : 'stdout';
    if (stream !== this.#stream) flush();
    this.#stream = stream;
    let length = 0;
    for (let place = at + 4; place < at + HEADER_BYTES; place += 1) length = length * 256 + (bytes[place] ?? 0);
    this.#bytesLeft = length;
  }
}

/**
 * A container's output from the bytes of a connection; with a terminal they are not framed. Throws `engine-unreachable`
 * when they end in the middle of a frame: a switched connection that is lost just ends.
 */
export async function* toOutput(pieces: AsyncIterable<Uint8Array>, tty: boolean): AsyncGenerator<OutputChunk, void> {
  const cutter = new FrameCutter();
  for await (const piece of pieces) {
    if (tty) yield { stream: 'stdout', bytes: piece };
    else yield* cutter.push(piece);
  }
  if (cutter.isWithin)
    throw new TsfigError('engine-unreachable', 'the engine has broken off the output of a container');
}

/** The lines that are not empty. */
export async function* toTextLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let kept = '';
  for await (const piece of pieces) {
    const lines = (kept + decoder.decode(piece, { stream: true })).split('\n');
    kept = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (kept.trim() !== '') yield kept;
}
