import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TSFIG, type Scenario } from './cli.js';

const SYSTEMD = '/lib/systemd/systemd';
/** systemd asks whether the machine was booted with it; in a mount namespace of its own it finds that it was. */
const BOOTED = 'mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd && mkdir /run/systemd/system';
/** A real user manager, which sees no units but the test's. */
const MANAGER = `${BOOTED} && exec ${SYSTEMD} --user --log-target=null --unit=default.target`;
const PRIVATE = ['--mount', '--propagation', 'private', 'sh', '-c'];

/** Why no systemd can be started here; undefined when one can. */
export function noSystemd(): string | undefined {
  if (process.getuid?.() !== 0) return 'a systemd of its own needs root';
  if (!existsSync(SYSTEMD)) return 'systemd is not installed';
  const allowed = spawnSync('unshare', [...PRIVATE, BOOTED]).status === 0;
  return allowed ? undefined : 'no mount namespace can be made here';
}

/** A scenario's job as a unit of a systemd that a test has for itself. To be closed. */
export class SystemdUnit {
  readonly #units: string;
  readonly #env: NodeJS.ProcessEnv;
  #manager: ChildProcess | null = null;

  constructor({ directory, project }: Scenario, settings: readonly string[] = []) {
    this.#units = join(directory, 'units');
    const runtime = join(directory, 'runtime');
    mkdirSync(this.#units);
    mkdirSync(join(runtime, 'systemd'), { recursive: true, mode: 0o700 });
    this.#env = { ...process.env, XDG_RUNTIME_DIR: runtime, SYSTEMD_UNIT_PATH: this.#units };
    const line = `${process.execPath} ${TSFIG} -p ${project} run --once job`;
    const service = ['[Service]', `WorkingDirectory=${directory}`, `ExecStart=${line}`, ...settings];
    const unit = ['[Unit]', 'DefaultDependencies=no', 'StartLimitIntervalSec=0', ...service];
    writeFileSync(join(this.#units, 'job.service'), `${unit.join('\n')}\n`);
    writeFileSync(join(this.#units, 'default.target'), '[Unit]\nDescription=nothing\n');
  }

  /** Resolves when the manager answers. */
  async start(): Promise<void> {
    const folder = join(this.#env['XDG_RUNTIME_DIR'] ?? '', 'systemd');
    this.#manager = spawn('unshare', [...PRIVATE, MANAGER], { env: this.#env, stdio: 'ignore' });
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!existsSync(join(folder, 'private'))) return;
        watcher.close();
        resolve();
      };
      const watcher = watch(folder, look);
      look();
    });
  }

  /** What `systemctl` says. */
  async ctl(...words: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile('systemctl', ['--user', ...words], { env: this.#env }, (error, stdout, stderr) => {
        if (error) reject(new Error(`systemctl ${words.join(' ')}: ${stderr}`));
        else resolve(stdout.trim());
      });
    });
  }

  /** `failed exit-code 5` */
  async state(): Promise<string> {
    const shown = ['ActiveState', 'Result', 'ExecMainStatus'].map((name) =>
      this.ctl('show', 'job.service', '--value', '-p', name),
    );
    return (await Promise.all(shown)).join(' ');
  }

  async close(): Promise<void> {
    const manager = this.#manager;
    if (!manager || manager.exitCode !== null || manager.signalCode !== null) return;
    const ended = new Promise((resolve) => manager.once('exit', resolve));
    await this.ctl('stop', 'job.service');
    manager.kill('SIGKILL'); // nothing of it runs any more
    await ended;
  }
}
