import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { socketLock } from '../../../src/host/lock.js';

const never = new AbortController().signal;
const lockName = (): string => `test ${randomBytes(8).toString('hex')}`;

describe('the lock', () => {
  it('is one holder’s until it lets go; who waits is told who holds it', async () => {
    const name = lockName();
    const release = await socketLock.acquire(name, never, () => undefined);
    const holders: string[] = [];
    let got = false;
    let told: () => void = () => undefined;
    const isTold = new Promise<void>((resolve) => (told = resolve));
    const second = socketLock
      .acquire(name, never, (holder) => {
        holders.push(holder);
        told();
      })
      .then((letGo) => ((got = true), letGo));
    await isTold;
    expect(got).toBe(false);
    expect(holders).toEqual([expect.stringMatching(new RegExp(`^pid ${process.pid}, since 20\\d\\d-`))]);
    await release();
    await (
      await second
    )();
  });

  it('is had by one at a time, however many want it', async () => {
    const name = lockName();
    let holding = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      const release = await socketLock.acquire(name, never, () => undefined);
      holding += 1;
      most = Math.max(most, holding);
      await new Promise((resolve) => setImmediate(resolve));
      holding -= 1;
      await release();
    };
    await Promise.all(Array.from({ length: 20 }, work));
    expect(most).toBe(1);
  });

  it('is taken without waiting, or tells who has it', async () => {
    const name = lockName();
    const release = await socketLock.take(name, never);
    if (typeof release !== 'function') throw new Error('nobody else has it');
    const taken = await socketLock.take(name, never);
    expect(taken).toMatchObject({
      words: expect.stringMatching(new RegExp(`^pid ${process.pid}, since 20\\d\\d-`)) as string,
    });
    await release();
    await release(); // harmless
    const again = await socketLock.take(name, never);
    if (typeof again === 'function') await again();
    expect(typeof again).toBe('function');
  });

  it('is not waited for any longer than the signal allows', async () => {
    const name = lockName();
    const release = await socketLock.acquire(name, never, () => undefined);
    const controller = new AbortController();
    const waiting = socketLock.acquire(name, controller.signal, () => controller.abort(new Error('enough')));
    await expect(waiting).rejects.toThrow('enough');
    await release();
  });

  it('dies with the process that holds it, even when that is killed', async () => {
    const name = lockName();
    const module = fileURLToPath(new URL('../../../dist/host/lock.js', import.meta.url));
    const script = `
      const { socketLock } = await import(${JSON.stringify(module)});
      await socketLock.acquire(${JSON.stringify(name)}, new AbortController().signal, () => undefined);
      process.stdout.write('held');
      setInterval(() => undefined, 1e6);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const release = await socketLock.acquire(name, never, () => child.kill('SIGKILL'));
    await release();
    expect(child.signalCode ?? 'SIGKILL').toBe('SIGKILL');
  });
});
