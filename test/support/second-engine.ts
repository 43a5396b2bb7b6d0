import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';

const run = (command: string, ...args: readonly string[]): void => {
  execFileSync(command, args, { stdio: 'pipe' });
};

/** A Docker engine of a test's own, in a network namespace and directories of its own, that may be restarted. Needs root. */
export class SecondEngine {
  readonly #directory = mkdtempSync('/var/tmp/tsfig-engine-');
  readonly #namespace = `tsfig-${randomBytes(4).toString('hex')}`;
  readonly docker = new Docker({ socketPath: this.socket });
  #daemon: ChildProcess | null = null;

  get socket(): string {
    return join(this.#directory, 'docker.sock');
  }

  /** A running engine that has the image, or why there can be none here. */
  static async open(image: string): Promise<SecondEngine | string> {
    if (process.getuid?.() !== 0) return 'a second engine needs root';
    const engine = new SecondEngine();
    try {
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

  /** Resolves when it answers; containers that are to come back are back by then. */
  async start(): Promise<void> {
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
    const daemon = this.#daemon;
    if (!daemon || daemon.exitCode !== null || daemon.pid === undefined) return;
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGTERM');
    await ended;
  }

  async close(): Promise<void> {
    await this.stop();
    try {
      run('ip', 'netns', 'delete', this.#namespace);
    } catch {
      // it was never made
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
