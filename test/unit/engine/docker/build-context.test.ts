import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readContext } from '../../../../src/engine/docker/build-context.js';
import { toFileSource } from '../../../../src/engine/docker/context-sync.js';

describe('a build context', () => {
  let context: string;
  beforeEach(async () => {
    context = await mkdtemp(path.join(tmpdir(), 'tsfig-context-'));
  });
  afterEach(async () => {
    await rm(context, { recursive: true });
  });
  const at = (name: string): string => path.join(context, name);
  const read = () => readContext({ context, dockerfile: 'Dockerfile' });
  const names = async (): Promise<string[]> => (await read()).entries.map((entry) => entry.path.toString('latin1'));

  it.each(['Dockerfile', '.dockerignore', 'Dockerfile.dockerignore'])(
    'build: a directory, pipe, device or socket as %s is refused by its path and not read',
    async (name) => {
      if (name !== 'Dockerfile') await writeFile(at('Dockerfile'), 'FROM scratch');
      await mkdir(at(name));
      await expect(read()).rejects.toThrow(`${at(name)} is a directory, not a file`);
      await rm(at(name), { recursive: true });
      execFileSync('mkfifo', [at(name)]);
      await expect(read()).rejects.toThrow(`${at(name)} is a pipe, not a file`);
      await rm(at(name));
      await symlink('/dev/zero', at(name));
      await expect(read()).rejects.toThrow(`${at(name)} is a device, not a file`);
      await rm(at(name));
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(at(name), resolve));
      await expect(read()).rejects.toThrow(`${at(name)} is a socket, not a file`);
      await new Promise((resolve) => server.close(resolve));
    },
  );

  it('build: a Dockerfile of gigabytes is refused by its path and not read', async () => {
    await writeFile(at('Dockerfile'), 'FROM scratch');
    await truncate(at('Dockerfile'), 5 * 1024 ** 3);
    await expect(read()).rejects.toThrow(`${at('Dockerfile')} is larger than 4 MiB`);
  });

  it('build: a bad pattern in .dockerignore is refused with its file and line', async () => {
    await writeFile(at('Dockerfile'), 'FROM scratch');
    await writeFile(at('.dockerignore'), 'a\n[\n');
    await expect(read()).rejects.toThrow(`${at('.dockerignore')}:2: bad pattern "["`);
  });

  it('build: a link that leads to itself is refused in words', async () => {
    await symlink('Dockerfile', at('Dockerfile'));
    await expect(read()).rejects.toThrow(/too many symbolic links/);
  });

  it('lists names by their bytes, a directory before what is in it, and ignored directories only for what is kept', async () => {
    for (const name of ['b', 'a', 'gone', 'deep/er']) await mkdir(at(name), { recursive: true });
    for (const name of ['Dockerfile', 'a/x', 'a-b', 'gone/x', 'deep/lost', 'deep/er/kept', 'Z']) {
      await writeFile(at(name), '');
    }
    await writeFile(Buffer.concat([Buffer.from(`${context}/`), Buffer.from([0xff])]), '');
    await writeFile(at('.dockerignore'), 'gone\ndeep\n!deep/er/kept\n.dockerignore\n');
    expect(await names()).toEqual([
      'Dockerfile',
      'Z',
      'a',
      'a/x',
      'a-b',
      'b',
      'deep',
      'deep/er',
      'deep/er/kept',
      '\xff',
    ]);
  });

  it('build: files that keep an old time of modification are not taken for those of the last build', async () => {
    await writeFile(at('Dockerfile'), 'FROM scratch');
    const key = async (): Promise<string> => (await toFileSource(await read(), () => undefined)).key;
    const fresh = await key();
    await writeFile(at('Dockerfile'), 'FROM scratch AS one');
    expect(await key()).toBe(fresh);
    execFileSync('touch', ['-d', '1985-10-26', at('Dockerfile')]);
    expect(await key()).not.toBe(fresh);
  });
});
