import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
} from 'node:fs';
import { rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { isatty, ReadStream } from 'node:tty';
import { raceAbort } from '../lib/deadline.js';
import { TsfigError } from '../model/errors.js';
import type { PathKind } from '../model/files.js';
import { bytes, bytesToText } from '../lib/units.js';
import type { Files } from './host.js';

/** A file that is meant for tsfig has no more; `-f /dev/zero` would fill the machine's memory. In bytes. */
const LARGEST = 32 * 1024 * 1024;
const PIECE = 64 * 1024;

/** The file system. Reading is synchronous, but for pipes and terminals, which may have nothing to read yet. */
export const realFiles: Files = {
  async readBytes(path, signal) {
    try {
      return await readWhole(path, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw fromErrno(error as NodeJS.ErrnoException, path);
    }
  },
  readText(path) {
    if (kindOf(path).kind === 'pipe') return { kind: 'unreadable', reason: 'it is a named pipe' };
    try {
      return { kind: 'text', text: readPieces(open(path), path).toString('utf8') };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unreadable', reason: reasonOf(error as Error) };
    }
  },
  kindOf,
  isFile: (path) => kindOf(path).kind === 'file',
  realPath(path) {
    try {
      return realpathSync(path);
    } catch {
      return resolve(path);
    }
  },
  isExecutable(path) {
    try {
      return (statSync(path).mode & 0o100) !== 0;
    } catch {
      return false;
    }
  },
  writeText(path, text, mode) {
    const beside = join(dirname(path), `.${basename(path)}.${process.pid}`);
    writing(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      try {
        writeFileSync(beside, text);
        chmodSync(beside, mode === 'executable' ? 0o755 : 0o644);
        renameSync(beside, path);
      } catch (error) {
        rmSync(beside, { force: true });
        throw error;
      }
    });
  },
  removeFile(path) {
    writing(path, () => rmSync(path, { force: true }));
    try {
      rmdirSync(dirname(path));
    } catch {
      // Something else is in it, or it has gone already.
    }
  },
  async readInput(signal) {
    try {
      return await raceAbort(readStream(process.stdin, 'standard input'), signal);
    } finally {
      process.stdin.destroy(); // an open one would keep this process alive
    }
  },
};

async function readStream(stream: AsyncIterable<unknown>, what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > LARGEST) throw tooLarge(what);
  }
  return Buffer.concat(chunks);
}

/** Sockets and the like cannot be opened by their name. Opening never waits: a pipe may have no writer yet. */
const open = (path: string): number => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);

async function readWhole(path: string, signal: AbortSignal): Promise<Buffer> {
  const file = open(path);
  const stream = isatty(file) ? new ReadStream(file) : fstatSync(file).isFIFO() ? toStream(file) : null;
  if (!stream) return readPieces(file, path);
  try {
    return await raceAbort(readStream(stream, path), signal);
  } finally {
    stream.destroy();
  }
}

/** A socket reads any pipe, and only when there is something to read; a file stream would hold a thread that nobody can stop. */
const toStream = (file: number): Socket => new Socket({ fd: file, readable: true, writable: false });

/** Reads in pieces, because what a device will give is not known beforehand; closes the file. */
function readPieces(file: number, path: string): Buffer {
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(PIECE);
      const count = readSync(file, chunk);
      if (count === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, count));
      size += count;
      if (size > LARGEST) throw tooLarge(path);
    }
  } finally {
    closeSync(file);
  }
}

function kindOf(path: string): PathKind {
  try {
    const found = statSync(path);
    if (found.isFile()) return { kind: 'file' };
    if (found.isDirectory()) return { kind: 'directory' };
    return { kind: found.isFIFO() ? 'pipe' : 'other' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unreadable', reason: reasonOf(error as Error) };
  }
}

const TOO_LARGE = `it is larger than ${bytesToText(bytes(LARGEST))}`;
const tooLarge = (what: string): TsfigError =>
  new TsfigError('project-file-unreadable', `cannot read ${what}: ${TOO_LARGE}`, {
    hint: 'is it the right one? -f names another file',
  });

const REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'it is a directory'],
  ['ENOTDIR', 'a part of its path is not a directory'],
  ['ELOOP', 'its symbolic links go round in a circle'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ENXIO', 'it is a socket or a device that is not there'],
  ['EAGAIN', 'there is nothing to read yet'],
  ['ESTALE', 'the file server no longer has it'],
]);

/** The reason of the operating system in words, without the path. */
function reasonOf(error: NodeJS.ErrnoException): string {
  if (error instanceof TsfigError) return TOO_LARGE;
  return REASONS.get(error.code) ?? error.message;
}

function writing(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const reason = reasonOf(error as NodeJS.ErrnoException);
    throw new TsfigError('file-unwritable', `cannot write ${path}: ${reason}`, { cause: error });
  }
}

function fromErrno(error: NodeJS.ErrnoException, path: string): TsfigError {
  if (error instanceof TsfigError) return error;
  if (error.code === 'ENOENT') {
    const hint = 'are you in the right directory? -f names another file';
    return new TsfigError('project-file-missing', `there is no ${basename(path)} (${path})`, { cause: error, hint });
  }
  return new TsfigError('project-file-unreadable', `cannot read ${path}: ${reasonOf(error)}`, { cause: error });
}
