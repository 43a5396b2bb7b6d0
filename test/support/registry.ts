import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';

/** Why there can be no registry; undefined when there can. `bin/test` installs Debian's package. */
export const noRegistry = (): string | undefined =>
  spawnSync('docker-registry', ['--version']).error === undefined ? undefined : 'docker-registry is not installed';

/** A real registry that wants this user and password. */
export interface TestRegistry {
  readonly host: string;
  stop(): Promise<void>;
}

export const USER = 'tester';
export const PASSWORD = 'U*U';
/** Of that password: the first test vector of crypt_blowfish, because no program here makes bcrypt hashes. */
const HASH = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';

export async function startRegistry(): Promise<TestRegistry> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tsfig-test-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const passwords = path.join(folder, 'htpasswd');
  await writeFile(passwords, `${USER}:${HASH}\n`);
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: path.join(folder, 'images') } },
    http: { addr: host, secret: 'test' },
    auth: { htpasswd: { realm: 'test', path: passwords } },
  };
  const file = path.join(folder, 'config.json'); // JSON is YAML
  await writeFile(file, JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await listening(createInterface(child.stderr));
  return {
    host,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

/** Resolves with the line that says so; what comes after it is read and dropped. */
async function listening(lines: ReturnType<typeof createInterface>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const said: string[] = [];
    lines.on('line', (line) => {
      said.push(line);
      if (line.includes('listening on')) resolve();
    });
    lines.once('close', () => reject(new Error(`the registry did not start:\n${said.join('\n')}`)));
  });
}
