import type { Duplex } from 'node:stream';
import { TsfigError } from '../../model/errors.js';
import type { Attachment, AttachOptions, LogOptions, OutputChunk } from '../engine.js';
import { doing } from './docker-errors.js';
import { openConnection, openStream, readPieces, type Connection, type EngineClient } from './engine-client.js';
import { toOutput } from './streams.js';
import { idOf, nameOf, type ContainerTarget } from '../../model/replica.js';

/** A container's log; see `Engine.logs`. The request is made when the first chunk is asked for. */
export async function* readLogs(
  client: EngineClient,
  container: ContainerTarget,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<OutputChunk, void> {
  const { follow, timestamps, tail, since, until } = options;
  const query = { stdout: 1, stderr: 1, follow, timestamps, tail: tail ?? 'all', since, until };
  const call = { method: 'GET', path: `/containers/${encodeURIComponent(idOf(container))}/logs`, query } as const;
  const connection = await openStream(client, call, doing(`read the log of ${nameOf(container)}`), signal);
  yield* toOutput(readPieces(connection), options.tty);
}

/** Opens a container's output and input; see `Engine.attach`. */
export async function attachTo(
  client: EngineClient,
  container: ContainerTarget,
  { tty, stdin }: AttachOptions,
  signal: AbortSignal,
): Promise<Attachment> {
  const query = { stream: 1, stdout: 1, stderr: 1, stdin };
  const call = { method: 'POST', path: `/containers/${encodeURIComponent(idOf(container))}/attach`, query } as const;
  const connection = await openConnection(client, call, doing(`attach to ${nameOf(container)}`), signal);
  return {
    output: toOutput(readPieces(connection), tty),
    write: (bytes) => write(connection, nameOf(container), bytes),
    endInput: () => void connection.stream.end(),
    close: () => connection.close(),
  };
}

/** Resolves when the bytes are on their way, so that a container that does not read holds its writer up. */
async function write({ stream, signal }: Connection<Duplex>, container: string, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  }).catch((error: unknown) => {
    if (signal.aborted) throw signal.reason;
    throw new TsfigError('engine-refused', `${container} takes no more input`, { cause: error });
  });
}
