import type { ServerHttp2Stream } from 'node:http2';
import type { ContextEntry } from './build-context.js';
import { toGrpcFrame, readGrpcFrames } from './grpc.js';
import { bytesOf, numberOf, readMessage, writeMessage } from './protobuf.js';

/** A tree of files that BuildKit copies. */
export interface SyncedFiles {
  /** A directory before what is in it, names sorted by their bytes: the other side checks it. */
  readonly files: readonly SyncedFile[];
  /** The content of one of them. */
  readonly read: (file: SyncedFile) => AsyncIterable<Uint8Array>;
}

export interface SyncedFile extends Pick<ContextEntry, 'path' | 'kind'> {
  readonly mode: number;
  readonly size: number;
  readonly modifiedNs: bigint;
  readonly target: Uint8Array;
}

/** Types of a Packet. */
const STAT = 0;
const REQUEST = 1;
const DATA = 2;
const FINISHED = 3;
const FAILED = 4;

/** Bits of Go's FileMode, which are not those of Unix. */
const GO_KIND = { file: 0, directory: 2 ** 31, link: 2 ** 27 };
const GO_BITS = [
  [0o4000, 2 ** 23],
  [0o2000, 2 ** 22],
  [0o1000, 2 ** 20],
] as const;

/**
 * Answers `FileSync/DiffCopy`: tells all files, then sends the contents that are asked for, which are those that differ
 * from what BuildKit kept of the last build. Owners are 0:0. Rejects when a file cannot be read, after saying so.
 * Source: github.com/tonistiigi/fsutil send.go and types/wire.proto, stat.proto.
 */
export async function sendFiles(stream: ServerHttp2Stream, { files, read }: SyncedFiles): Promise<void> {
  // Listened to from the beginning: while it is told of files, BuildKit asks for the first of them.
  const packets = readGrpcFrames(stream);
  const send = (packet: Parameters<typeof writeMessage>[0]): Promise<void> => write(stream, writeMessage(packet));
  try {
    for (const file of files) await send({ 1: STAT, 2: toStat(file) });
    await send({ 1: STAT });
    for await (const frame of packets) {
      const packet = readMessage(frame);
      const type = numberOf(packet, 1);
      if (type === FAILED) throw new Error(Buffer.from(bytesOf(packet, 4)).toString());
      if (type === FINISHED) {
        await send({ 1: FINISHED });
        return;
      }
      const id = numberOf(packet, 3);
      const file = files[id];
      if (type !== REQUEST || !file) continue;
      for await (const piece of read(file)) await send({ 1: DATA, 3: id, 4: piece });
      await send({ 1: DATA, 3: id });
    }
  } catch (error) {
    await send({ 1: FAILED, 4: error instanceof Error ? error.message : 'failed' }).catch(() => undefined);
    throw error;
  }
}

function toStat({ path, kind, mode, size, modifiedNs, target }: SyncedFile): Uint8Array {
  const special = GO_BITS.reduce((bits, [unix, go]) => bits + (mode & unix ? go : 0), 0);
  const permissions = kind === 'link' ? 0o777 : mode & 0o777;
  return writeMessage({ 1: path, 2: GO_KIND[kind] + special + permissions, 5: size, 6: modifiedNs, 7: target });
}

/** Resolves when there is room for more. */
async function write(stream: ServerHttp2Stream, message: Uint8Array): Promise<void> {
  if (stream.destroyed) throw new Error('the build has ended');
  if (stream.write(toGrpcFrame(message))) return;
  await new Promise<void>((resolve) => {
    const goOn = (): void => {
      stream.off('drain', goOn).off('close', goOn);
      resolve();
    };
    stream.on('drain', goOn).on('close', goOn);
  });
}
