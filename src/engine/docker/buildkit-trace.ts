import type { Progress } from '../../model/event.js';
import { bytesOf, messagesOf, numberOf, readMessage, textOf } from './protobuf.js';

/** One step of a build that BuildKit runs. Times are seconds since the epoch. */
export interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly cached: boolean;
  readonly started: number | null;
  readonly completed: number | null;
  readonly error: string;
}

export interface VertexLog {
  readonly vertex: string;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What BuildKit tells at a time. */
export interface Trace {
  readonly vertexes: readonly Vertex[];
  readonly progress: readonly Progress[];
  readonly logs: readonly VertexLog[];
  readonly warnings: readonly string[];
}

/**
 * Reads one `moby.buildkit.trace`: a StatusResponse of BuildKit's control.proto in base64 (field numbers as of BuildKit
 * 0.8, Engine 20.10, and 0.21, Engine 28).
 */
export function readTrace(base64: string): Trace {
  const response = readMessage(Buffer.from(base64, 'base64'));
  return {
    vertexes: messagesOf(response, 1).map((vertex) => ({
      digest: textOf(vertex, 1),
      name: textOf(vertex, 3),
      cached: numberOf(vertex, 4) === 1,
      started: toSeconds(messagesOf(vertex, 5)[0]),
      completed: toSeconds(messagesOf(vertex, 6)[0]),
      error: textOf(vertex, 7),
    })),
    progress: messagesOf(response, 2)
      .map(toProgress)
      .filter((one) => one.doneBytes !== null),
    logs: messagesOf(response, 3).map((log) => ({
      vertex: textOf(log, 1),
      at: toSeconds(messagesOf(log, 2)[0]) ?? 0,
      bytes: bytesOf(log, 4),
    })),
    warnings: messagesOf(response, 4).map((warning) => textOf(warning, 3)),
  };
}

/** Null bytes for what is not counted, such as "exporting layers". */
function toProgress(status: ReturnType<typeof readMessage>): Progress {
  const [done, total] = [numberOf(status, 4), numberOf(status, 5)];
  const counted = done > 0 || total > 0;
  return {
    part: textOf(status, 1),
    status: textOf(status, 3),
    doneBytes: counted ? done : null,
    totalBytes: total || null,
  };
}

const toSeconds = (timestamp: ReturnType<typeof readMessage> | undefined): number | null =>
  timestamp ? numberOf(timestamp, 1) + numberOf(timestamp, 2) / 1_000_000_000 : null;
