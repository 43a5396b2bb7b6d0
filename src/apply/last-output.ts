import type { Attachment, Engine, OutputChunk } from '../engine/engine.js';
import { raceAbort } from '../lib/deadline.js';
import { seconds } from '../lib/units.js';
import { hasCode } from '../model/errors.js';
import type { ContainerState } from '../model/observed.js';

const hasEnded = (state: ContainerState): boolean => state === 'exited' || state === 'dead' || state === 'created';

/** How long the last output of a container that has ended may be on its way. */
const LAST_WORDS = seconds(1);

interface Attached {
  readonly container: string;
  readonly attachment: Attachment;
}

/**
 * The output of a container that ran when it was looked at. If it has ended since, it may have been attached to after its
 * end: the engine then keeps the connection open for the next start (seen on 20.10), which nobody is going to make.
 */
export async function outputOfLiving(
  engine: Engine,
  { container, attachment }: Attached,
  signal: AbortSignal,
): Promise<AsyncIterable<OutputChunk>> {
  try {
    const { state } = await engine.inspectContainer(container, { signal });
    return hasEnded(state) ? lastOf(attachment) : attachment.output;
  } catch (error) {
    if (hasCode(error, 'container-not-found')) return lastOf(attachment); // removed by someone else meanwhile
    attachment.close();
    throw error;
  }
}

async function* lastOf(attachment: Attachment): AsyncGenerator<OutputChunk, void> {
  try {
    yield* readUntil(attachment.output, AbortSignal.timeout(LAST_WORDS));
  } finally {
    attachment.close();
  }
}

/** What comes until the output ends or the signal aborts: a connection that was closed may never end by itself. */
export async function* readUntil(
  output: AsyncIterable<OutputChunk>,
  signal: AbortSignal,
): AsyncGenerator<OutputChunk, void> {
  const reading = output[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await raceAbort(reading.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
