import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { TsfigError } from '../model/errors.js';
import type { Files } from './host.js';

/** The file system. Reading is synchronous: everything is read before anything else happens. */
export const realFiles: Files = {
  readBytes(path) {
    try {
      return readFileSync(path);
    } catch (error) {
      throw fromErrno(error as NodeJS.ErrnoException, path);
    }
  },
  readText(path) {
    try {
      return readFileSync(path, 'utf8');
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
  async readInput() {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  },
};

function fromErrno(error: NodeJS.ErrnoException, path: string): TsfigError {
  if (error.code === 'ENOENT') {
    const hint = 'are you in the right directory? -f names another file';
    return new TsfigError('project-file-missing', `there is no ${basename(path)} (${path})`, { cause: error, hint });
  }
  const why = error.code === 'EISDIR' ? 'it is a directory' : error.message;
  return new TsfigError('project-file-unreadable', `cannot read ${path}: ${why}`, { cause: error });
}
