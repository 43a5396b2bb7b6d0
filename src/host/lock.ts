import { statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { TsfigError } from '../model/errors.js';
import type { Holder, Lock, LockId, OnBusy, Release } from './host.js';
import { listLeftovers, LockFolder, type LockSocket, type Ticket } from './lock-folder.js';
import { LockListener, LockVisit } from './lock-socket.js';
import { stopSocketOwner } from './socket-owner.js';

/**
 * Locks that die with their process. Whoever wants a lock listens on a socket file of its own, whose name is never used
 * again, so that no name ever has to be taken over: the kernel refuses connections to a dead process's socket for good.
 * Turns are given by Lamport's bakery algorithm (CACM 17/8, 1974): draw a number higher than all there are, wait for
 * those that are still drawing, then for everyone with a lower one. It needs no operation that is atomic among processes,
 * only that a name which exists during all of a listing is listed.
 */
export const socketLock: Lock = {
  acquire: (lock, signal, onBusy) => acquireIn(sharedDirectory(), lock, signal, onBusy),
};

/** As `Lock.acquire`, in this directory. */
export async function acquireIn(
  directory: string,
  lock: LockId,
  signal: AbortSignal,
  onBusy: OnBusy,
): Promise<Release> {
  signal.throwIfAborted();
  const owner = process.getuid?.() ?? 0;
  const folder = await LockFolder.open(directory, lock);
  const { ticket, listener } = await drawNumber(folder, owner).catch((error: unknown) => {
    throw unavailable(directory, error as Error);
  });
  try {
    await waitForTurn({ folder, ticket, signal, onBusy, met: new Set() });
    listener.hold();
    await removeLeftovers(directory, owner);
    signal.throwIfAborted(); // nobody would release it
  } catch (error) {
    await listener.close();
    throw error;
  }
  return () => listener.close();
}

/** Where every user may make files that no other user can remove, which is what the sticky bit says. */
const SHARED = ['/run/lock', '/tmp'];
const STICKY_AND_WRITABLE = 0o1002;

/** Chosen by what everybody sees in the same way, never by what this user may do: two directories would be two locks. */
function sharedDirectory(): string {
  const isShared = (path: string): boolean => {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
    return (mode & STICKY_AND_WRITABLE) === STICKY_AND_WRITABLE;
  };
  return SHARED.find(isShared) ?? tmpdir();
}

interface Drawn {
  readonly ticket: Ticket;
  readonly listener: LockListener;
}

/** A first socket says that a number is being drawn, until a second one says which. */
async function drawNumber(folder: LockFolder, owner: number): Promise<Drawn> {
  const blank = folder.newTicket();
  const drawing = await LockListener.open(folder.pathOf(blank, owner));
  try {
    const ticket = { ...blank, number: 1 + Math.max(0, ...folder.list().map(({ number }) => number)) };
    return { ticket, listener: await LockListener.open(folder.pathOf(ticket, owner)) };
  } finally {
    await drawing.close();
  }
}

interface Waiting {
  readonly folder: LockFolder;
  readonly ticket: Ticket;
  readonly signal: AbortSignal;
  readonly onBusy: OnBusy;
  /** Paths of those that `onBusy` was called with. */
  readonly met: Set<string>;
}

async function waitForTurn(waiting: Waiting): Promise<void> {
  const { folder, ticket } = waiting;
  // Whoever begins to draw from now on draws a higher number. Whoever refuses has not begun, or is dead.
  for (const other of folder.list().filter(({ number }) => number === 0)) {
    while (await outlast(other, waiting));
  }
  const dead = new Set<string>();
  for (;;) {
    const before = folder
      .list()
      .filter((other) => other.number > 0 && isBefore(other, ticket) && !dead.has(other.path));
    const first = before.toSorted((one, other) => (isBefore(one, other) ? -1 : 1))[0];
    if (!first) return;
    if (await outlast(first, waiting)) continue;
    // Everyone with a lower number has listened, so one that refuses never will again.
    dead.add(first.path);
    remove(first.path);
  }
}

/** Waits until this socket is closed, or worth another look. False when nobody listens to it. */
async function outlast(other: LockSocket, { signal, onBusy, met }: Waiting): Promise<boolean> {
  const visit = await LockVisit.open(other.path, signal);
  if (!visit) return false;
  try {
    const since = await visit.introduction(signal);
    if (since !== undefined && !met.has(other.path)) {
      met.add(other.path);
      await onBusy(holderOf(other, since ?? other.since));
    }
    await visit.end(signal);
    return true;
  } finally {
    visit.leave();
  }
}

const holderOf = ({ pid, path }: LockSocket, since: number): Holder => ({
  pid,
  since: new Date(since * 1000).toISOString().replace('.000Z', 'Z'),
  stop: () => stopSocketOwner(path, pid),
});

const isBefore = (one: Ticket, other: Ticket): boolean =>
  one.number < other.number || (one.number === other.number && one.nonce < other.nonce);

/** Sockets that were left for good by processes of this user that were killed. */
async function removeLeftovers(directory: string, owner: number): Promise<void> {
  const never = new AbortController().signal;
  for (const path of listLeftovers(directory, owner)) {
    const visit = await LockVisit.open(path, never);
    if (!visit) remove(path);
    visit?.leave();
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // another process was quicker, or the file is another user's
  }
}

function unavailable(directory: string, { message }: Error): TsfigError {
  const hint = `tsfig needs a directory for its locks that every process sees and can write to: ${directory}`;
  return new TsfigError('lock-unavailable', `cannot make a lock in ${directory}: ${message}`, { hint });
}
