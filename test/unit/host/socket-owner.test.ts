import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stopSocketOwner } from '../../../src/host/socket-owner.js';

const isLinux = process.platform === 'linux';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'socket-'))));
afterEach(() => rmSync(directory, { recursive: true }));

/** A process that listens on a socket until it is told to end. */
async function listener(path: string) {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('listening'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return { child, ended, pid: child.pid ?? 0 };
}

describe.skipIf(!isLinux)('who has a socket', () => {
  it('is asked to stop', async () => {
    const path = join(directory, 'one');
    const { ended, pid } = await listener(path);
    expect(stopSocketOwner(path, pid)).toBe(true);
    expect(await ended).toEqual([null, 'SIGUSR2']);
  });

  it('is not taken for another process whose number it tells', async () => {
    const [path, other] = [join(directory, 'one'), join(directory, 'other')];
    const innocent = await listener(other);
    const spoofer = createServer().listen(path);
    await once(spoofer, 'listening');
    expect(stopSocketOwner(path, innocent.pid)).toBe(false);
    expect([innocent.child.exitCode, innocent.child.signalCode]).toEqual([null, null]);
    spoofer.close();
    innocent.child.kill();
    await innocent.ended;
  });

  it.each([0, -1, 1, 4_194_305])('is not looked for as process %s', (pid) => {
    expect(stopSocketOwner(join(directory, 'nobody'), pid)).toBe(false);
  });
});
