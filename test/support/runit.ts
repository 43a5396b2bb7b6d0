import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TSFIG, type Scenario } from './cli.js';

/** Why there can be no runit; undefined when there is. `bin/test` installs Debian's package. */
export const noRunit = (): string | undefined =>
  ['runsv', 'runsvdir', 'sv'].every((program) => spawnSync(program).error === undefined)
    ? undefined
    : 'runit is not installed';

/** `state` of runsv.c: 0 is down, 1 run, 2 finish. */
const DOWN = 0;

/** A scenario's job as a service of runit, with a `finish` script that notes how each run ended. To be closed. */
export class RunitService {
  readonly folder: string;
  readonly #scanned: string;
  readonly #ends: string;
  readonly #env: NodeJS.ProcessEnv;
  #said = '';
  #supervisor: ChildProcess | null = null;

  constructor({ directory, project }: Scenario, command = 'run --once job', env: NodeJS.ProcessEnv = {}) {
    this.folder = join(directory, 'services', 'job');
    this.#scanned = join(directory, 'scanned');
    this.#ends = join(directory, 'ends', 'codes');
    this.#env = { ...process.env, ...env, TSFIG_PROJECT_NAME: project, NO_COLOR: '1' };
    for (const folder of [this.folder, this.#scanned, join(directory, 'ends')]) mkdirSync(folder, { recursive: true });
    this.#script('run', `exec ${process.execPath} ${TSFIG} -f ${join(directory, 'fig.yml')} ${command}`);
    this.#script('finish', `echo "$1" >> ${this.#ends}`);
  }

  /** Down until it is told otherwise. */
  async start(): Promise<void> {
    writeFileSync(join(this.folder, 'down'), '');
    await this.#supervise('runsv', [this.folder]);
  }

  /** As `runsvdir` has it: up at once, and gone with its link. */
  async startScanned(): Promise<void> {
    symlinkSync(this.folder, join(this.#scanned, 'job'));
    await this.#supervise('runsvdir', [this.#scanned]);
  }

  get link(): string {
    return join(this.#scanned, 'job');
  }

  /** What `sv` says; it waits for what it asks for as long as a job here can take. */
  async sv(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile('sv', ['-w', '40', ...command.split(' '), this.folder], (error, stdout) => {
        if (error && command !== 'status') reject(new Error(`sv ${command}: ${stdout}\n${this.#said}`));
        else resolve(stdout);
      });
    });
  }

  /** Exit codes of the runs so far, as runit had them; -1 where a signal ended tsfig. */
  get codes(): number[] {
    if (!existsSync(this.#ends)) return [];
    const lines = readFileSync(this.#ends, 'utf8').split('\n').slice(0, -1); // the last one may be half written
    return lines.map(Number);
  }

  /** Resolves with the codes when so many runs have ended. */
  async ended(runs: number): Promise<number[]> {
    await untilTrue(join(this.#ends, '..'), () => this.codes.length >= runs);
    return this.codes;
  }

  /** Resolves when runsv has so many runs behind it and is down: the finish script of the last one is done, too. */
  async down(runs: number): Promise<number[]> {
    await this.ended(runs);
    await untilTrue(join(this.folder, 'supervise'), () => this.#state === DOWN);
    return this.codes;
  }

  /** The last byte of the status that runsv writes, which `sv status` reads (sv.c, svstatus_print). */
  get #state(): number | undefined {
    return readFileSync(join(this.folder, 'supervise', 'status')).at(-1);
  }

  /** What runs and tsfig have written. */
  get said(): string {
    return this.#said;
  }

  /** Resolves when the supervisor has ended by itself. */
  async gone(): Promise<void> {
    const supervisor = this.#supervisor;
    if (supervisor?.exitCode === null) await new Promise((resolve) => supervisor.once('exit', resolve));
  }

  async close(): Promise<void> {
    if (this.#supervisor?.exitCode !== null) return;
    this.#supervisor.kill(this.#supervisor.spawnargs[0] === 'runsvdir' ? 'SIGHUP' : 'SIGTERM');
    await this.gone();
  }

  #script(name: string, text: string): void {
    writeFileSync(join(this.folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }

  async #supervise(program: string, args: readonly string[]): Promise<void> {
    const supervisor = spawn(program, args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#supervisor = supervisor;
    for (const stream of [supervisor.stdout, supervisor.stderr]) {
      stream.on('data', (text: Buffer) => (this.#said += text.toString()));
    }
    await untilTrue(this.folder, () => existsSync(join(this.folder, 'supervise', 'ok')));
  }
}

/** Resolves when it is so; looks whenever something changes below the folder. */
async function untilTrue(folder: string, isSo: () => boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!isSo()) return;
      watcher.close();
      resolve();
    };
    const watcher = watch(folder, { recursive: true }, look);
    look();
  });
}
