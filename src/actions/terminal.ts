export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Where an attached command's input comes from and its output goes to. */
export interface Terminal {
  /** Ends with the input, or when the signal aborts. */
  input(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Resolves when the bytes were taken. */
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void>;
  /** Tells the size whenever it changes, and when `tell` asks for it. */
  onResize(listener: (size: TerminalSize) => void): { readonly tell: () => void; readonly stop: () => void };
}
