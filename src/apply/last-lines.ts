import type { Engine } from '../engine/engine.js';
import { LineCutter } from '../lib/lines.js';
import type { ContainerHandle } from '../model/replica.js';

/** Longer lines are cut; in characters. */
const LONGEST = 1000;

export interface LastLines {
  readonly tty: boolean;
  /** How many at most. */
  readonly count: number;
  readonly signal: AbortSignal;
}

/** The last lines of a container's log. Throws what reading it throws, such as `log-unreadable`. */
export async function lastLines(
  engine: Engine,
  container: ContainerHandle,
  { tty, count, signal }: LastLines,
): Promise<string[]> {
  const cutter = new LineCutter(LONGEST);
  const lines: string[] = [];
  const wanted = { tty, follow: false, timestamps: false, tail: count, since: null, until: null };
  for await (const { bytes } of engine.logs(container, { ...wanted, signal })) lines.push(...cutter.push(bytes));
  const rest = cutter.end();
  return [...lines, ...(rest === undefined ? [] : [rest])].slice(-count);
}
