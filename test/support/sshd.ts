import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';

const SSHD = '/usr/sbin/sshd'; // it starts itself again for every connection, and wants to know where it is

/** Why there can be no ssh server; undefined when there can. `bin/test` installs Debian's packages. */
export function noSshd(): string | undefined {
  if (spawnSync('ssh', ['-V']).error) return 'openssh-client is not installed';
  return existsSync(SSHD) ? undefined : 'openssh-server is not installed';
}

interface SshdOptions {
  /** Lines for sshd_config. */
  readonly server?: readonly string[];
  /** Lines for the client's configuration of the host `engine`. */
  readonly client?: readonly string[];
}

/**
 * A real ssh server on this machine, and a client's configuration in which it is called `engine`. Whoever logs in has a docker
 * command that connects to the engine's socket. To be closed.
 */
export class Sshd {
  readonly folder = mkdtempSync(join(tmpdir(), 'tsfig-test-ssh-'));
  readonly port: number;
  #stop: () => Promise<void> = () => Promise.resolve();

  private constructor(port: number) {
    this.port = port;
  }

  static async open({ server = [], client = [] }: SshdOptions = {}): Promise<Sshd> {
    const sshd = new Sshd(await freePort());
    sshd.#makeKeys();
    sshd.#makeDocker();
    sshd.#configureClient(client);
    await sshd.#start(server);
    return sshd;
  }

  /** What makes tsfig go this way. */
  get env(): Record<string, string> {
    const path = `${join(this.folder, 'here')}:${process.env['PATH'] ?? ''}`;
    return { DOCKER_HOST: 'ssh://engine', PATH: path, SSH_AUTH_SOCK: '' };
  }

  /** How often the docker command was called over there. */
  get calls(): number {
    const file = join(this.folder, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').length : 0;
  }

  /** The ids of the ssh programs that tsfig runs. */
  get programs(): readonly number[] {
    const found = spawnSync('pgrep', ['-f', `${this.folder}/config`], { encoding: 'utf8' }).stdout;
    return found.split('\n').filter(Boolean).map(Number);
  }

  /** From now on the client takes the server for another one. */
  changeKnownHosts(): void {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(this.folder, 'other')]);
    this.#knowHost('other');
  }

  /** From now on the client has no key that the server knows. */
  removeKey(): void {
    rmSync(join(this.folder, 'user'));
  }

  /** From now on there is no docker command over there. */
  removeDocker(): void {
    rmSync(join(this.folder, 'there', 'docker'));
  }

  async close(): Promise<void> {
    await this.#stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #makeKeys(): void {
    for (const name of ['host', 'user'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(this.folder, name)]);
    writeFileSync(join(this.folder, 'authorized_keys'), readFileSync(join(this.folder, 'user.pub')));
    this.#knowHost('host');
  }

  #knowHost(key: string): void {
    const known = `[127.0.0.1]:${this.port} ${readFileSync(join(this.folder, `${key}.pub`), 'utf8')}`;
    writeFileSync(join(this.folder, 'known_hosts'), known);
  }

  /** As `docker system dial-stdio` is: its input ends the connection's, and the connection's end ends it. */
  #makeDocker(): void {
    const socket = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';
    const program = `
      const words = process.argv.slice(2).join(' ');
      if (words !== 'system dial-stdio') {
        console.error('called with: ' + words);
        process.exit(1);
      }
      require('node:fs').appendFileSync(${JSON.stringify(join(this.folder, 'calls'))}, '.');
      const engine = require('node:net').connect({ path: ${JSON.stringify(socket)}, allowHalfOpen: true });
      process.stdin.pipe(engine);
      engine.pipe(process.stdout);
      engine.on('end', () => process.exit());
    `;
    this.#writeProgram('there/docker', `#!${process.execPath}\n${program}`);
  }

  #configureClient(more: readonly string[]): void {
    const lines = [
      'Host engine',
      'HostName 127.0.0.1',
      `Port ${this.port}`,
      `User ${userInfo().username}`,
      `IdentityFile ${join(this.folder, 'user')}`,
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${join(this.folder, 'known_hosts')}`,
      'GlobalKnownHostsFile /dev/null',
      'StrictHostKeyChecking yes',
      ...more,
    ];
    writeFileSync(join(this.folder, 'config'), `${lines.join('\n')}\n`);
    const ssh = spawnSync('which', ['ssh'], { encoding: 'utf8' }).stdout.trim();
    this.#writeProgram('here/ssh', `#!/bin/sh\nexec ${ssh} -F ${this.folder}/config "$@"\n`);
  }

  #writeProgram(name: string, text: string): void {
    mkdirSync(join(this.folder, name, '..'), { recursive: true });
    writeFileSync(join(this.folder, name), text, { mode: 0o755 });
  }

  async #start(more: readonly string[]): Promise<void> {
    const lines = [
      `Port ${this.port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(this.folder, 'host')}`,
      'PidFile none',
      `AuthorizedKeysFile ${join(this.folder, 'authorized_keys')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin yes',
      `SetEnv PATH=${join(this.folder, 'there')}`,
      ...more,
    ];
    writeFileSync(join(this.folder, 'sshd_config'), `${lines.join('\n')}\n`);
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const child = spawn(SSHD, ['-D', '-e', '-f', join(this.folder, 'sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    this.#stop = () => {
      child.kill();
      return ended;
    };
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      createInterface(child.stderr).on('line', (line) => {
        said.push(line);
        if (line.includes('listening')) resolve();
      });
      void ended.then(() => reject(new Error(`sshd did not start:\n${said.join('\n')}`)));
    });
  }
}
