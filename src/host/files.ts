import { chmodSync, closeSync, mkdirSync, openSync, readSync, realpathSync, renameSync } from 'node:fs';
import { rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { raceAbort } from '../lib/deadline.js';
import { TsfigError } from '../model/errors.js';
import { bytes, bytesToText } from '../lib/units.js';
import type { Files } from './host.js';

/** A file that is meant for tsfig has no more; `-f /dev/zero` would fill the machine's memory. In bytes. */
const LARGEST = 32 * 1024 * 1024;
const PIECE = 64 * 1024;

/** The file system. Reading is synchronous: everything is read before anything else happens. */
export const realFiles: Files = {
  readBytes(path) {
    try {
      return readWhole(path);
    } catch (error) {
      throw fromErrno(error as NodeJS.ErrnoException, path);
    }
  },
  readText(path) {
    try {
      return readWhole(path).toString('utf8');
    } catch {
      return undefined;
    }
  },
  isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
  isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  realPath(path) {
    try {
      return realpathSync(path);
    } catch {
      return resolve(path);
    }
  },
  isExecutable: (path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o100) !== 0,
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
      return await raceAbort(readStream(process.stdin), signal);
    } finally {
      process.stdin.destroy(); // an open one would keep this process alive
    }
  },
};

async function readStream(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > LARGEST) throw tooLarge('standard input');
  }
  return Buffer.concat(chunks);
}

/** Reads in pieces: what a device or a pipe will give is not known beforehand. */
function readWhole(path: string): Buffer {
  const file = openSync(path, 'r');
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

const tooLarge = (what: string): TsfigError => {
  const message = `cannot read ${what}: it is larger than ${bytesToText(bytes(LARGEST))}`;
  return new TsfigError('project-file-unreadable', message, { hint: 'is it the right one? -f names another file' });
};

function writing(path: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { message } = error as NodeJS.ErrnoException;
    throw new TsfigError('file-unwritable', `cannot write ${path}: ${message}`, { cause: error });
  }
}

function fromErrno(error: NodeJS.ErrnoException, path: string): TsfigError {
  if (error instanceof TsfigError) return error;
  if (error.code === 'ENOENT') {
    const hint = 'are you in the right directory? -f names another file';
    return new TsfigError('project-file-missing', `there is no ${basename(path)} (${path})`, { cause: error, hint });
  }
  const why = error.code === 'EISDIR' ? 'it is a directory' : error.message;
  return new TsfigError('project-file-unreadable', `cannot read ${path}: ${why}`, { cause: error });
}
