import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Holder, LockId, Release } from '../../../src/host/host.js';
import { acquireIn, socketLock } from '../../../src/host/lock.js';
import { LockFolder, type Ticket } from '../../../src/host/lock-folder.js';
import { LockProcess } from '../../support/lock-process.js';

const never = new AbortController().signal;
const LOCK: LockId = { secret: 'known to few', name: 'job shop_job_once' };
const OWNER = process.getuid?.() ?? 0;
const NOBODY_ELSE = (): void => undefined;

let directory: string;
const processes: LockProcess[] = [];
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'lock-'))));
afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.kill()));
  rmSync(directory, { recursive: true });
});

async function startProcess(): Promise<LockProcess> {
  const started = await LockProcess.start(directory, LOCK);
  processes.push(started);
  return started;
}

const acquire = (onBusy: (holder: Holder) => void = NOBODY_ELSE, lock = LOCK): Promise<Release> =>
  acquireIn(directory, lock, never, onBusy);

/** Takes the lock, or answers who has it. */
async function attempt(lock = LOCK): Promise<Release | Holder> {
  const met: Holder[] = [];
  try {
    return await acquire((holder) => {
      met.push(holder);
      throw new Error('busy');
    }, lock);
  } catch (error) {
    const [holder] = met;
    if (!holder) throw error;
    return holder;
  }
}

/** Those with several processes take long on a machine that has much to do. */
const PATIENT = { timeout: 120_000 };

describe('a lock', PATIENT, () => {
  it('lock: has one holder, and whoever waits learns its pid and since when', async () => {
    const release = await acquire();
    const order: string[] = [];
    const waiting = acquire(({ pid, since }) => {
      expect(pid).toBe(process.pid);
      expect(since).toMatch(/^20[\d-]+T[\d:]+Z$/);
      order.push('released');
      void release();
    });
    const second = await waiting;
    order.push('got');
    await second();
    expect(order).toEqual(['released', 'got']);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('lock: is given in the order of asking', async () => {
    const release = await acquire();
    const order: number[] = [];
    const all: Promise<void>[] = [];
    for (const number of [1, 2, 3]) {
      await new Promise<void>((hasMet) => {
        const work = async (): Promise<void> => {
          const mine = await acquire(() => {
            hasMet();
          });
          order.push(number);
          await mine();
        };
        all.push(work());
      });
    }
    await release();
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3]);
  });

  it('lock: is released twice without harm, and another name or secret is another lock', async () => {
    const release = await acquire();
    const others = [await attempt({ ...LOCK, name: 'another' }), await attempt({ ...LOCK, secret: 'another' })];
    expect(others.map((other) => typeof other)).toEqual(['function', 'function']);
    for (const other of others) await (other as Release)();
    await release();
    await release();
  });

  it('lock: of 8 processes that ask at the same moment exactly one gets it, 40 times', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, startProcess));
    for (let round = 1; round <= 40; round += 1) {
      const answers = await Promise.all(all.map((one) => one.ask('try')));
      expect(answers.toSorted(), `round ${round}`).toEqual([...Array.from({ length: 7 }, () => 'busy'), 'got']);
      expect(await all[answers.indexOf('got')]?.ask('release')).toBe('released');
    }
    expect(readdirSync(directory)).toEqual([]);
  });

  it('lock: 8 processes that wait for it hold it one at a time, although each holder is killed', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, startProcess));
    const holding = new Set<LockProcess>();
    const killed = all.map(async (one) => {
      expect(await one.ask('wait')).toBe('got');
      holding.add(one);
      expect(holding.size).toBe(1);
      // Time for another one to get it as well, if that could be.
      await attempt();
      holding.delete(one);
      return one.kill();
    });
    expect(await Promise.all(killed)).toEqual(all.map(() => 'SIGKILL'));
    processes.length = 0;
    const mine = await attempt();
    expect(typeof mine).toBe('function');
    await (mine as Release)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('lock: a holder that is halted is named by its pid, and a signal ends the wait for it', async () => {
    const halted = await startProcess();
    await halted.ask('wait');
    halted.child.kill('SIGSTOP');
    const controller = new AbortController();
    let met: Holder | null = null;
    const waiting = acquireIn(directory, LOCK, controller.signal, (holder) => {
      met = holder;
      controller.abort(new Error('enough'));
    });
    await expect(waiting).rejects.toThrow('enough');
    expect(met).toMatchObject({ pid: halted.pid });
    expect(readdirSync(directory)).toHaveLength(1); // the holder's
  });

  it('lock: its holder can be stopped by whoever waits', async () => {
    const holding = await startProcess();
    await holding.ask('wait');
    const ended = once(holding.child, 'exit');
    let hasStopped = false;
    const release = await acquire((holder) => {
      hasStopped = holder.stop();
    });
    expect(hasStopped).toBe(true);
    await ended;
    expect(holding.child.signalCode).toBe('SIGUSR2');
    processes.length = 0;
    await release();
  });

  it('lock: one that is in the directory of all users works like any other', async () => {
    const lock = { ...LOCK, secret: directory };
    const release = await socketLock.acquire(lock, never, NOBODY_ELSE);
    const refuse = (): never => {
      throw new Error('busy');
    };
    await expect(socketLock.acquire(lock, never, refuse)).rejects.toThrow('busy');
    await release();
    await (
      await socketLock.acquire(lock, never, refuse)
    )();
  });

  it('lock: a machine without a place for it says so', async () => {
    const nowhere = join(directory, 'nowhere');
    const message = expect.stringContaining(`cannot make a lock in ${nowhere}: `) as string;
    await expect(acquireIn(nowhere, LOCK, never, NOBODY_ELSE)).rejects.toMatchObject({
      code: 'lock-unavailable',
      message,
    });
    const tooLong = acquireIn(join(directory, 'x'.repeat(100)), LOCK, never, NOBODY_ELSE);
    await expect(tooLong).rejects.toMatchObject({ message: expect.stringContaining('is too long for') as string });
  });
});

describe('a socket in the directory of the locks', PATIENT, () => {
  const TICKET: Ticket = { number: 1, pid: 4711, since: 1_760_000_000, nonce: '00000000' };

  /** Listens at a path, and writes this to everyone who connects. */
  async function listen(path: string, text = ''): Promise<Release> {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(text);
    });
    server.listen(path);
    await once(server, 'listening');
    return () => new Promise((resolve) => void server.close(() => resolve()));
  }

  const folderOf = (lock: LockId): Promise<LockFolder> => LockFolder.open(directory, lock);

  it('lock: a socket of a user who does not know the secret keeps nobody waiting', async () => {
    const genuine = (await folderOf(LOCK)).pathOf(TICKET, OWNER);
    const strangers = [
      (await folderOf(LOCK)).pathOf(TICKET, OWNER + 1), // the name of another user's socket
      (await folderOf({ ...LOCK, secret: 'a guess' })).pathOf(TICKET, OWNER),
      genuine.replace('-4711-', '-1-'),
      `${genuine.slice(0, -24)}${'0'.repeat(24)}`,
    ];
    const closing = await Promise.all(strangers.map((path) => listen(path, 'pid 1, since ever\n')));
    const mine = await attempt();
    expect(typeof mine).toBe('function');
    await (mine as Release)();
    await Promise.all(closing.map((close) => close()));
  });

  it('lock: what a holder says of itself has one form, however much it sends', async () => {
    const close = await listen((await folderOf(LOCK)).pathOf(TICKET, OWNER), '\u001b[2J'.repeat(20_000));
    expect(await attempt()).toMatchObject({ pid: 4711, since: '2025-10-09T08:53:20Z' });
    await close();
  });

  it('lock: sockets that killed processes have left are removed by whoever locks anything later', async () => {
    const killed = await startProcess();
    await killed.ask('wait');
    await killed.kill();
    processes.length = 0;
    const [file = ''] = readdirSync(directory);
    const useAnother = async (): Promise<void> => (await acquire(NOBODY_ELSE, { ...LOCK, name: 'another' }))();
    await useAnother();
    expect(readdirSync(directory)).toEqual([file]); // so young that it might be about to be listened to
    utimesSync(join(directory, file), 1, 1);
    await useAnother();
    expect(readdirSync(directory)).toEqual([]);
  });
});
