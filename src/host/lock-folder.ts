import type * as NodeCrypto from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LockId } from './host.js';

/** What the name of a lock's socket says of the process that listens on it. */
export interface Ticket {
  /** Whose turn it is: the lowest number first. 0 while the number is being chosen. */
  readonly number: number;
  readonly pid: number;
  /** Seconds since the epoch. */
  readonly since: number;
  /** So that no name is ever used twice; it also decides between equal numbers. */
  readonly nonce: string;
}

export interface LockSocket extends Ticket {
  readonly path: string;
}

const NAME = /^tsfig-([0-9a-f]{16}-(\d{1,9})-(\d{1,7})-(\d{1,10})-([0-9a-f]{8}))-([0-9a-f]{24})$/;

/** The shortest limit that a system has for the path of a socket: macOS, 104 bytes with the final zero. */
const LONGEST_PATH = 103;

/** A socket this young may be bound without being listened to yet. In milliseconds. */
const YOUNG = 60_000;

/**
 * The sockets of one lock, in a directory that all users share. Everything that is reported about a holder is in the name
 * of its socket. The name ends in a proof, an HMAC with the lock's secret over the rest of it and over the file's owner:
 * without the secret, nobody can make up a name or use somebody else's.
 */
export class LockFolder {
  readonly #directory: string;
  readonly #crypto: typeof NodeCrypto;
  readonly #secret: string;
  readonly #key: string;

  private constructor(directory: string, crypto: typeof NodeCrypto, { secret, name }: LockId) {
    this.#directory = directory;
    this.#crypto = crypto;
    this.#secret = secret;
    this.#key = this.#hmac(`name ${name}`, 16);
  }

  static async open(directory: string, lock: LockId): Promise<LockFolder> {
    return new LockFolder(directory, await import('node:crypto'), lock); // 2 ms that only those pay who lock
  }

  newTicket(): Ticket {
    const nonce = this.#crypto.randomBytes(4).toString('hex');
    return { number: 0, pid: process.pid, since: Math.floor(Date.now() / 1000), nonce };
  }

  /** Where the holder of this ticket listens; `owner` is the user it runs as. Throws when that is too long for a socket. */
  pathOf({ number, pid, since, nonce }: Ticket, owner: number): string {
    const fields = `${this.#key}-${number}-${pid}-${since}-${nonce}`;
    const path = join(this.#directory, `tsfig-${fields}-${this.#proofOf(fields, owner)}`);
    if (Buffer.byteLength(path) > LONGEST_PATH) throw new Error(`${path} is too long for the path of a socket`);
    return path;
  }

  /** The lock's sockets that were made by those who know its secret, listened to or not. */
  list(): LockSocket[] {
    return readdirSync(this.#directory).flatMap((file) => {
      const [, fields = '', number, pid, since, nonce = '', proof] = NAME.exec(file) ?? [];
      if (!fields.startsWith(this.#key)) return [];
      const path = join(this.#directory, file);
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (!stats || proof !== this.#proofOf(fields, stats.uid)) return [];
      return [{ path, number: Number(number), pid: Number(pid), since: Number(since), nonce }];
    });
  }

  #proofOf(fields: string, owner: number): string {
    return this.#hmac(`proof ${fields} ${owner}`, 24);
  }

  #hmac(text: string, length: number): string {
    return this.#crypto.createHmac('sha256', this.#secret).update(text).digest('hex').slice(0, length);
  }
}

/**
 * Sockets of any lock that killed processes of this user have left, as far as process ids tell: one that lives in another
 * PID namespace may listen all the same.
 */
export function listLeftovers(directory: string, owner: number): string[] {
  return readdirSync(directory).flatMap((file) => {
    const pid = Number(NAME.exec(file)?.[3]);
    if (Number.isNaN(pid) || isAlive(pid)) return [];
    const path = join(directory, file);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isSocket() && stats.uid === owner && Date.now() - stats.mtimeMs > YOUNG ? [path] : [];
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
