import { connect, createServer, type Server, type Socket } from 'node:net';
import { raceAbort, pause } from '../lib/deadline.js';
import { ms } from '../lib/units.js';

/** More than ever wait for one lock; who connects without end must not use up the holder's files. */
const MOST_VISITS = 1000;

/** A socket that exists for as long as its process wants a lock or has it. */
export class LockListener {
  readonly #server: Server;
  readonly #visits = new Set<Socket>();
  #since: string | null = null;

  private constructor() {
    this.#server = createServer((socket) => this.#receive(socket));
    this.#server.maxConnections = MOST_VISITS;
  }

  /** Throws what the system says. */
  static async open(path: string): Promise<LockListener> {
    const listener = new LockListener();
    const server = listener.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path, readableAll: true, writableAll: true }, resolve); // other users wait for it as well
    });
    server.unref(); // a lock alone keeps no process alive
    return listener;
  }

  /** From now on its process has the lock, and says since when. */
  hold(): void {
    this.#since = `${Math.floor(Date.now() / 1000)}\n`;
    for (const socket of this.#visits) socket.write(this.#since);
  }

  /** Removes the socket's file, too. Harmless when called twice. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#visits) socket.destroy();
    });
  }

  #receive(socket: Socket): void {
    this.#visits.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#visits.delete(socket));
    socket.resume();
    if (this.#since !== null) socket.write(this.#since);
  }
}

/** How long a process may take to say that it has the lock; one that is halted by SIGSTOP says nothing. */
const INTRODUCTION = ms(2000);
/** Before a process that takes no more connections is asked again. */
const DEAF_PAUSE = ms(500);
/** Before the next look at a lock that somebody has just let go of. */
const SHORT_PAUSE = ms(10);

/** A connection to another's socket, which ends when that is closed or its process dies. */
export class LockVisit {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  readonly #introduced: Promise<number | null>;
  #isDeaf = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => void socket.once('close', () => resolve()));
    this.#introduced = new Promise((resolve) => {
      socket.once('data', (text) => resolve(Number(/^(\d{10})\n$/.exec(text.toString())?.[1] ?? Number.NaN) || null));
    });
  }

  /** Null when nobody listens. */
  static async open(path: string, signal: AbortSignal): Promise<LockVisit | null> {
    const socket = connect(path);
    const visit = new LockVisit(socket);
    let isOpen = false;
    const opened = new Promise<LockVisit | null>((resolve) => {
      socket.once('connect', () => {
        isOpen = true;
        resolve(visit);
      });
      socket.on('error', ({ code }: NodeJS.ErrnoException) => {
        if (isOpen) return; // it was closed meanwhile
        const isRefused = code === 'ECONNREFUSED' || code === 'ENOENT';
        // Closed before it was accepted is closed; anything else, such as EAGAIN of a full queue, says that somebody listens.
        visit.#isDeaf = !isRefused && code !== 'ECONNRESET';
        resolve(isRefused ? null : visit);
      });
    });
    return visit.#orLeave(opened, signal);
  }

  /** Since when it has the lock, in seconds since the epoch; null when it does not say; undefined when it was closed first. */
  async introduction(signal: AbortSignal): Promise<number | null | undefined> {
    if (this.#isDeaf) return null;
    const patience = new AbortController();
    const silent = pause(INTRODUCTION, patience.signal).then(
      () => null,
      () => null,
    );
    const closed = this.#closed.then(() => undefined);
    try {
      return await this.#orLeave(Promise.race([this.#introduced, closed, silent]), signal);
    } finally {
      patience.abort();
    }
  }

  /** Resolves when it is closed, or worth asking again. */
  async end(signal: AbortSignal): Promise<void> {
    if (this.#isDeaf) return pause(DEAF_PAUSE, signal);
    await this.#orLeave(this.#closed, signal);
    // Also where the process lives and has too many visits, so that nobody spins.
    return pause(SHORT_PAUSE, signal);
  }

  leave(): void {
    this.#socket.destroy();
  }

  async #orLeave<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await raceAbort(promise, signal);
    } catch (error) {
      this.leave();
      throw error;
    }
  }
}
