import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';

const run = (command: string, ...args: readonly string[]): void => {
  execFileSync(command, args, { stdio: 'pipe' });
};

export interface SecondEngineOptions {
  /** Its data is on a disk of its own with so many megabytes (a file, mounted). */
  readonly disk?: number;
}

/**
 * A Docker engine of a test's own, in a network namespace and directories of its own, that may be restarted and killed.
 * Needs root.
 */
export class SecondEngine {
  readonly #directory = mkdtempSync('/var/tmp/tsfig-engine-');
  readonly #namespace = `tsfig-${randomBytes(4).toString('hex')}`;
  readonly docker = new Docker({ socketPath: this.socket });
  #daemon: ChildProcess | null = null;

  get socket(): string {
    return join(this.#directory, 'docker.sock');
  }

  /** A running engine that has the image, or why there can be none here. */
  static async open(image: string, { disk }: SecondEngineOptions = {}): Promise<SecondEngine | string> {
    if (process.getuid?.() !== 0) return 'a second engine needs root';
    const engine = new SecondEngine();
    try {
      if (disk !== undefined) engine.#mountDisk(disk);
      run('ip', 'netns', 'add', engine.#namespace);
      await engine.start();
      const saved = await new Docker().getImage(image).get();
      const loading = await engine.docker.loadImage(saved);
      await new Promise((resolve, reject) => loading.on('error', reject).on('end', resolve).resume());
      return engine;
    } catch (error) {
      await engine.close();
      return `a second engine does not start here: ${(error as Error).message}`;
    }
  }

  get isUp(): boolean {
    return this.#daemon !== null && this.#daemon.exitCode === null && this.#daemon.signalCode === null;
  }

  /** Resolves when it answers; containers that are to come back are back by then. */
  async start(): Promise<void> {
    // containerd dies with a killed engine, which then takes whoever has its number for it.
    rmSync(join(this.#directory, 'exec', 'containerd', 'containerd.pid'), { force: true });
    const places = ['--data-root', join(this.#directory, 'data'), '--exec-root', join(this.#directory, 'exec')];
    const own = [...places, '--pidfile', join(this.#directory, 'pid'), '-H', `unix://${this.socket}`];
    // Only the network is its own: `ip netns exec` would hide the control groups, too.
    const daemon = spawn('nsenter', [`--net=/var/run/netns/${this.#namespace}`, 'dockerd', ...own]);
    this.#daemon = daemon;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      daemon.on('error', reject);
      daemon.on('exit', () => reject(new Error(said.split('\n').slice(-3).join(' '))));
      daemon.stderr.on('data', (text: Buffer) => {
        said = (said + text.toString()).slice(-10_000);
        if (said.includes('API listen on')) resolve();
      });
    });
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** What its containers run goes on until it starts again, which ends them. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async close(): Promise<void> {
    if (this.#daemon?.signalCode === 'SIGKILL') await this.start(); // only it ends what it has left
    await this.stop();
    try {
      run('ip', 'netns', 'delete', this.#namespace);
    } catch {
      // it was never made
    }
    this.#unmountAll();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const daemon = this.#daemon;
    if (!daemon || !this.isUp) return;
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill(signal);
    await ended;
  }

  /** The disk, and what an engine that was killed has left. */
  #unmountAll(): void {
    const places = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .flatMap((line) => line.split(' ')[1] ?? []);
    const ours = places.filter((place) => place.startsWith(`${this.#directory}/`));
    for (const place of ours.toReversed()) run('umount', place);
  }

  #mountDisk(megabytes: number): void {
    const [image, data] = [join(this.#directory, 'disk'), join(this.#directory, 'data')];
    mkdirSync(data);
    run('truncate', '--size', `${megabytes}M`, image);
    run('mkfs.ext4', '-q', image);
    run('mount', '-o', 'loop', image, data);
  }
}
