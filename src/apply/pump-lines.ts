import type { OutputChunk } from '../engine/engine.js';
import { LineCutter } from '../lib/lines.js';
import type { Emit, LogLine } from '../model/event.js';
import { type LogCursor, StampCutter } from './stamps.js';

/** A longer line comes in pieces, so that memory stays bounded whatever a container writes. */
const LONGEST_LINE = 2 ** 21;

/**
 * Passes whole lines on as they come. Waits for every line to be taken, so that a slow reader slows the reading.
 * With `stamps`, the output has the engine's timestamps, which they take off.
 */
export async function pumpLines(
  container: string,
  output: AsyncIterable<OutputChunk>,
  emit: Emit,
  stamps?: Stamps,
): Promise<void> {
  const cutters = { stdout: new LineCutter(LONGEST_LINE), stderr: new LineCutter(LONGEST_LINE) };
  const takeOff = stamps && { stdout: stampCutter(stamps), stderr: stampCutter(stamps) };
  const tell = (stream: LogLine['stream'], line: string): void | Promise<void> =>
    emit({ kind: 'log-line', container, stream, text: line });
  for await (const { stream, bytes } of output) {
    const pieces = takeOff ? takeOff[stream].push(bytes) : [bytes];
    for (const line of pieces.flatMap((piece) => cutters[stream].push(piece))) {
      const taken = tell(stream, line);
      if (taken) await taken;
    }
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    if (takeOff) for (const line of cutters[stream].push(takeOff[stream].end())) await tell(stream, line);
    const rest = cutters[stream].end();
    if (rest !== undefined) await tell(stream, rest);
  }
}

/** What becomes of the engine's timestamps. */
export interface Stamps {
  /** Every line keeps its own. */
  readonly keep: boolean;
  readonly cursor: LogCursor;
}

const stampCutter = ({ keep, cursor }: Stamps): StampCutter => new StampCutter(keep, cursor.note);
