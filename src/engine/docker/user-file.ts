import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';

/** What is wrong with the files of a build, as the end of a sentence. Translated by the caller. */
export class BadContext extends Error {}

/** Far more than any Dockerfile or ignore file; an engine takes 16 MiB in one message. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * What a person wrote in this file; undefined when there is none. Neither a pipe nor a device is read, and nothing that
 * does not fit in 4 MiB. Throws `BadContext`, with the path.
 */
export async function readUserFile(file: string): Promise<Buffer | undefined> {
  const opened = await openFile(file).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  if (!opened) return undefined;
  try {
    const { handle, stats } = opened;
    if (stats.size > MOST_BYTES) throw new BadContext(`${file} is larger than 4 MiB`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Number(stats.size)), 0, Number(stats.size), 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await opened.handle.close();
  }
}

export interface OpenFile {
  readonly handle: FileHandle;
  readonly stats: BigIntStats;
}

/** Opens a regular file to read. A pipe is not waited for: it is refused, as everything else is that is not a file. */
export async function openFile(file: string | Buffer): Promise<OpenFile> {
  // Windows has no O_NONBLOCK, and no pipes that are found by a path of this kind.
  const handle = await open(file, constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0)).catch(
    (error: unknown) => {
      throw (error as NodeJS.ErrnoException).code === 'ENXIO' ? notAFile(file, 'a socket') : error;
    },
  );
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) throw notAFile(file, kindOf(stats));
    return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

const notAFile = (file: string | Buffer, kind: string): BadContext =>
  new BadContext(`${file.toString()} is ${kind}, not a file`);

function kindOf(stats: BigIntStats): string {
  if (stats.isDirectory()) return 'a directory';
  return stats.isFIFO() ? 'a pipe' : 'a device';
}

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/** The content of a file, a piece at a time. */
export async function* readPiecesOf(file: Buffer): AsyncGenerator<Buffer, void> {
  const { handle, stats } = await openFile(file);
  const pieceBytes = Math.min(PIECE_BYTES, Number(stats.size) + 1);
  try {
    for (;;) {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

const PIECE_BYTES = 64 * 1024;
