import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { stopSocketOwner } from '../../../src/host/socket-owner.js';

const isLinux = process.platform === 'linux';

/** A process that listens on a name of the abstract namespace until it is told to end. */
async function listener(name: string) {
  const script = `require('node:net').createServer().listen('\\0${name}', () => console.log('listening'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return { child, ended, pid: child.pid ?? 0 };
}

const newName = (): string => `tsfig-test-${randomBytes(8).toString('hex')}`;

describe.skipIf(!isLinux)('who has a socket', () => {
  it('is asked to stop', async () => {
    const name = newName();
    const { ended, pid } = await listener(name);
    expect(stopSocketOwner(`\0${name}`, `pid ${pid}, since yesterday`)).toBe(true);
    expect(await ended).toEqual([null, 'SIGUSR2']);
  });

  it('is not taken for another process whose number it tells', async () => {
    const [name, other] = [newName(), newName()];
    const innocent = await listener(other);
    const spoofer = createServer().listen(`\0${name}`);
    await once(spoofer, 'listening');
    expect(stopSocketOwner(`\0${name}`, `pid ${innocent.pid}, since yesterday`)).toBe(false);
    expect([innocent.child.exitCode, innocent.child.signalCode]).toEqual([null, null]);
    spoofer.close();
    innocent.child.kill();
    await innocent.ended;
  });

  it.each(['pid 0, since yesterday', 'pid -1, since yesterday', 'a process that does not answer', 'pid 1'])(
    'is not looked for where it says "%s"',
    (words) => {
      expect(stopSocketOwner('\0tsfig-test-nobody', words)).toBe(false);
    },
  );
});
