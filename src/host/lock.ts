import { createHash } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { abortable } from '../lib/deadline.js';
import type { Lock, Release } from './host.js';

/**
 * A lock is a listening socket in Linux's abstract namespace: the kernel gives the name to one process and takes it back
 * when that process ends, however it ends. Whoever finds it taken connects, is told who holds it, and waits for the
 * connection to end. Elsewhere the socket is a file; one that nobody answers is left over and is removed.
 */
export const socketLock: Lock = {
  async acquire(name, signal, onWait) {
    const path = socketPath(name);
    for (let told = false; ;) {
      signal.throwIfAborted();
      const release = await tryListen(path);
      if (release) return release;
      const answered = await waitForHolder(path, signal, (holder) => {
        if (!told) onWait(holder);
        told = true;
      });
      if (!answered && !path.startsWith('\0')) unlinkSync(path);
    }
  },
};

/** Longest path of a socket is about 100 bytes, so the name is a hash. */
function socketPath(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return process.platform === 'linux' ? `\0tsfig-${hash}` : join(tmpdir(), `tsfig-${hash}.sock`);
}

/** What lets go of the lock, or null when another process has it. */
async function tryListen(path: string): Promise<Release | null> {
  const waiting = new Set<Socket>();
  const since = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => waiting.delete(socket));
    socket.write(`pid ${process.pid}, since ${since}\n`);
  });
  const release: Release = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      waiting.forEach((socket) => socket.destroy());
    });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(path, () => {
      server.unref(); // a lock alone keeps nobody alive
      resolve(release);
    });
  });
}

/** Resolves when the holder has let go; false when nobody answered. */
async function waitForHolder(path: string, signal: AbortSignal, onHolder: (holder: string) => void): Promise<boolean> {
  const socket = connect(path);
  let answered = false;
  const ended = new Promise<boolean>((resolve) => {
    socket.on('data', (words) => {
      answered = true;
      onHolder(words.toString().trim());
    });
    socket.on('error', () => resolve(answered));
    socket.on('close', () => resolve(answered));
  });
  try {
    return await abortable(ended, signal);
  } finally {
    socket.destroy();
  }
}
