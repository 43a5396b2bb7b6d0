import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { raceAbort, pause } from '../lib/deadline.js';
import { ms } from '../lib/units.js';
import type { Holder, Lock, Release } from './host.js';
import { stopSocketOwner } from './socket-owner.js';

/**
 * A lock is a listening socket in Linux's abstract namespace: the kernel gives the name to one process and takes it back
 * when that process ends, however it ends. Whoever finds it taken connects, is told who holds it, and waits for the
 * connection to end. Elsewhere the socket is a file; one that nobody answers is left over and is removed.
 */
export const socketLock: Lock = {
  async acquire(name, signal, onWait) {
    const path = await socketPath(name);
    let told = false;
    for (;;) {
      const taken = await takeOrMeet(path, signal);
      if (typeof taken === 'function') return taken;
      if (!told) onWait(taken.words);
      told = true;
      await untilGone(taken.socket, signal);
    }
  },
  async take(name, signal) {
    const path = await socketPath(name);
    const taken = await takeOrMeet(path, signal);
    if (typeof taken === 'function') return taken;
    const { words, socket } = taken;
    return {
      words,
      stop: () => stopSocketOwner(path, words),
      gone: (until) => untilGone(socket, until),
      leave: () => void socket.destroy(),
    } satisfies Holder;
  },
};

/** What can stand in the path of a socket as it is; the longest is about 100 bytes. */
const PLAIN = /^[\w .:/-]{1,90}$/;

/** On Linux as a person can read it in /proc/net/unix, where it fits; else a hash of the name. */
async function socketPath(name: string): Promise<string> {
  if (process.platform === 'linux' && PLAIN.test(name)) return `\0tsfig|${name.replaceAll(' ', '|')}`;
  const { createHash } = await import('node:crypto'); // it costs milliseconds that most can save
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return process.platform === 'linux' ? `\0tsfig-${hash}` : join(tmpdir(), `tsfig-${hash}.sock`);
}

/** A holder that was met, with the connection that ends when it lets go. */
interface Met {
  readonly words: string;
  readonly socket: Socket;
}

/** Takes the lock or meets who has it; one that lets go in between is neither, so it is tried again. */
async function takeOrMeet(path: string, signal: AbortSignal): Promise<Release | Met> {
  for (;;) {
    signal.throwIfAborted();
    const release = await tryListen(path);
    if (release) return release;
    const met = await meet(path, signal);
    if (met) return met;
    if (!path.startsWith('\0')) rmSync(path, { force: true });
    await pause(RETRY_PAUSE, signal);
  }
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

/** Before the lock is tried again that somebody has just let go of. */
const RETRY_PAUSE = ms(10);
/** Before a holder that takes no more connections is asked again. */
const DEAF_PAUSE = ms(500);

/** How long a holder may take to say who it is; one that was halted by SIGSTOP says nothing. */
const INTRODUCTION = 2000;

const UNKNOWN = 'a process that does not answer';

/** Nobody listens. Anything else, such as EAGAIN of a halted holder whose queue is full, says that somebody does. */
const isGone = ({ code }: NodeJS.ErrnoException): boolean => code === 'ECONNREFUSED' || code === 'ENOENT';

/** The holder, as soon as it has said who it is; null when nobody listens. */
async function meet(path: string, signal: AbortSignal): Promise<Met | null> {
  const socket = connect(path);
  const introduced = new Promise<Met | null>((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (met: Met | null): void => {
      clearTimeout(timer);
      resolve(met);
    };
    socket.once('connect', () => {
      timer = setTimeout(() => end({ words: UNKNOWN, socket }), INTRODUCTION);
    });
    socket.once('data', (words) => end({ words: words.toString().trim(), socket }));
    socket.once('error', (error: NodeJS.ErrnoException) => end(isGone(error) ? null : { words: UNKNOWN, socket }));
    socket.once('close', () => end(null));
  });
  try {
    return await raceAbort(introduced, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Resolves when the holder has let go, or is worth asking again. */
async function untilGone(socket: Socket, signal: AbortSignal): Promise<void> {
  if (socket.destroyed) return pause(DEAF_PAUSE, signal);
  const gone = new Promise<void>((resolve) => {
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
  try {
    await raceAbort(gone, signal);
  } finally {
    socket.destroy();
  }
}
