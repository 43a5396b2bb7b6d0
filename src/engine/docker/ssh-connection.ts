import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import { pause } from '../../lib/deadline.js';
import { ms } from '../../lib/units.js';
import type { EngineAddress } from './address.js';
import {
  type Holding,
  SshFailure,
  SshKeeper,
  type SshOptions,
  type SshProgram,
  startSsh,
  stopSsh,
} from './ssh-program.js';

/** Connections to an engine through ssh: one program each, kept for the next request. */
export function makeSshAgent(address: EngineAddress, environment: Readonly<Record<string, string | undefined>>): Agent {
  const options = { address, environment, keeper: new SshKeeper() };
  const turns = new Turns();
  const start = (signal: AbortSignal): Promise<SshProgram> => connectPatiently(options, turns, signal);
  return Object.assign(new Agent({ keepAlive: true, scheduling: 'lifo' }), {
    createConnection: () => new SshConnection(start),
  });
}

/** Pauses of 0.25, 0.5, 1, 2 and 4 s between them. */
const MOST_ATTEMPTS = 6;

/** A server that hangs up on too many at once is asked again, one at a time. Nothing of a request has been sent by then. */
async function connectPatiently(options: SshOptions, turns: Turns, signal: AbortSignal): Promise<SshProgram> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await turns.take(() => startSsh(options, signal));
    } catch (error) {
      if (!(error instanceof SshFailure) || !error.isThrottled || attempt === MOST_ATTEMPTS) throw error;
    }
    turns.narrow();
    await pause(ms(125 * 2 ** attempt), signal);
  }
}

/** Fewer than the ten from which on sshd starts to hang up (MaxStartups 10:30:100). */
const MOST_AT_ONCE = 4;

/** Who may be connecting; the others wait. */
class Turns {
  #most = MOST_AT_ONCE;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  async take<T>(work: () => Promise<T>): Promise<T> {
    while (this.#taken >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken += 1;
    try {
      return await work();
    } finally {
      this.#taken -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** From now on one at a time. */
  narrow(): void {
    this.#most = 1;
  }
}

/** The standard input and output of a program as a socket. What is written waits until the engine has answered. */
class SshConnection extends Duplex {
  readonly #start: (signal: AbortSignal) => Promise<SshProgram>;
  readonly #stopping = new AbortController();
  #program: SshProgram | null = null;

  constructor(start: (signal: AbortSignal) => Promise<SshProgram>) {
    super({ allowHalfOpen: false });
    this.#start = start;
  }

  override _construct(done: (error?: Error | null) => void): void {
    this.#start(this.#stopping.signal).then(
      (program) => {
        this.#program = program;
        program.child.stdout.on('data', (piece: Buffer) => {
          if (!this.push(piece)) program.child.stdout.pause();
        });
        void program.ended.then((end) => {
          if (end.exitCode === 0) this.push(null);
          else this.destroy(end);
        });
        done();
      },
      (error: unknown) => done(error as Error),
    );
  }

  override _read(): void {
    this.#program?.child.stdout.resume();
  }

  override _write(piece: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const { child, ended } = this.#program ?? {};
    child?.stdin.write(piece, (error) => (error ? void ended?.then(done) : done()));
  }

  override _final(done: () => void): void {
    this.#program?.child.stdin.end(done);
  }

  /** At once: the base class would wait for a connection that is still being made. */
  override destroy(error?: Error): this {
    this.#stopping.abort();
    return super.destroy(error);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#program) stopSsh(this.#program);
    done(error);
  }

  // What an agent does to an idle socket: a program that nobody uses keeps tsfig from nothing.
  ref(): this {
    return this.#each((handle) => handle.ref());
  }
  unref(): this {
    return this.#each((handle) => handle.unref());
  }
  setKeepAlive(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }

  #each(act: (handle: Holding) => void): this {
    const { child } = this.#program ?? {};
    if (child) for (const handle of [child, child.stdin, child.stdout, child.stderr]) act(handle as Holding);
    return this;
  }
}
