import type { Milliseconds } from '../lib/units.js';
import type { LockHolder } from '../model/event.js';
import type { FileReader, FileText, PathKind } from '../model/files.js';

/** What tsfig asks of the machine it runs on. */
export interface Host {
  readonly files: Files;
  readonly clock: Clock;
  readonly lock: Lock;
  readonly routes: Routes;
}

export interface Files extends FileReader {
  /**
   * A whole file, pipe or terminal; what another process has yet to write is waited for. Throws `project-file-missing`,
   * `project-file-unreadable`, or the signal's reason.
   */
  readBytes(path: string, signal: AbortSignal): Promise<Uint8Array>;
  /** Refuses pipes and terminals. */
  readText(path: string): FileText;
  kindOf(path: string): PathKind;
  /** False when there is no such file, or nobody may know. */
  isFile(path: string): boolean;
  /** The path without symbolic links, `.` and `..`; as given when it does not exist. */
  realPath(path: string): string;
  /** False when there is no such file. */
  isExecutable(path: string): boolean;
  /** Writes beside and renames over, so that no reader ever sees half a file. Makes its folders. Throws `file-unwritable`. */
  writeText(path: string, text: string, mode: 'plain' | 'executable'): void;
  /** Removes a file if it is there, and then its folder if that is empty. Throws `file-unwritable`. */
  removeFile(path: string): void;
  /** Standard input to its end. Throws `project-file-unreadable` when it is too much, or the signal's reason. */
  readInput(signal: AbortSignal): Promise<Uint8Array>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after this long, whatever the wall clock does; rejects with the signal's reason when that aborts first. */
  pause(length: Milliseconds, signal: AbortSignal): Promise<void>;
}

/** Lets go of a lock; harmless when called twice. */
export type Release = () => Promise<void>;

/** Those who use the same secret and name mean the same lock. */
export interface LockId {
  /** Nobody can take the lock, or keep others from taking it, without knowing this. */
  readonly secret: string;
  readonly name: string;
}

export interface Lock {
  /**
   * Takes the lock; whoever asks first has it first. It dies with the process that holds it, however that dies.
   * `onBusy` is called once with each process that is met in the way; what it throws ends the wait.
   * Throws `lock-unavailable` when this machine has no place for locks, or the signal's reason.
   */
  acquire(lock: LockId, signal: AbortSignal, onBusy: OnBusy): Promise<Release>;
}

export type OnBusy = (holder: Holder) => void | Promise<void>;

/** The process that has a lock. */
export interface Holder extends LockHolder {
  /** Asks it to stop what it does. False when it is not ours to stop, or is not that process any more. */
  readonly stop: () => boolean;
}

export interface Routes {
  readonly hostname: string;
  readonly kernel: string;
  /** IPv4 ranges in CIDR form that this machine reaches directly, by a route, or asks for names. */
  readonly taken: () => readonly string[];
}
