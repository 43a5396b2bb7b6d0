import type { Terminal, TerminalSize } from '../actions/terminal.js';
import type { Output } from './output.js';

export interface OpenTerminal extends Terminal {
  /** Puts the terminal back in order and lets go of standard input. */
  close(): void;
}

/** This process's own terminal or pipes; `raw` when the command in the container has a terminal of its own. */
export function openTerminal(output: Output, raw: boolean): OpenTerminal {
  const { stdin, stdout } = process;
  const size = (): TerminalSize => ({ columns: stdout.columns, rows: stdout.rows });
  return {
    async *input(signal) {
      const stop = (): unknown => stdin.destroy();
      signal.addEventListener('abort', stop, { once: true });
      if (raw) stdin.setRawMode(true);
      try {
        for await (const bytes of stdin) yield bytes as Uint8Array;
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    async write(stream, bytes) {
      await output.raw(stream, bytes);
    },
    onResize(listener) {
      const tell = (): void => listener(size());
      if (raw) stdout.on('resize', tell);
      return { tell, stop: () => stdout.off('resize', tell) };
    },
    close() {
      if (raw && stdin.isRaw) stdin.setRawMode(false);
      stdin.destroy(); // nobody else reads it, and an open one would keep this process alive
    },
  };
}
