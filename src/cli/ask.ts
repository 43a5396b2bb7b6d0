import { createInterface } from 'node:readline/promises';

/** Asks on standard error. True only for `y` or `yes`; the end of the input is a no. */
export async function askYesOrNo(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    const answer = await Promise.race([lines.question(question, { signal }), closed]).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error; // readline has an error of its own for it
    });
    return /^\s*y(es)?\s*$/i.test(answer);
  } finally {
    lines.close();
    process.stdin.destroy(); // an open one would keep this process alive
  }
}
