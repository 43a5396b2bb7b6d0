import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Docker from 'dockerode';

export const TSFIG = fileURLToPath(new URL('../../bin/tsfig.js', import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** A running command whose output can be watched and which can be sent signals. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the text has appeared on standard output or error; rejects when the command ends without it. */
  readonly shows: (text: string | RegExp) => Promise<void>;
  readonly output: () => string;
}

/** A directory with a fig.yml and a project name of its own; what it makes on the engine is removed by `clean`. */
export class Scenario {
  readonly docker = new Docker();
  readonly project = `tsfig-test-${randomBytes(4).toString('hex')}`;
  readonly directory = mkdtempSync(join(tmpdir(), 'tsfig-test-'));

  /** Writes a file below the directory. */
  write(name: string, text: string): void {
    const path = join(this.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  fig(text: string): this {
    this.write('fig.yml', text);
    return this;
  }

  name(service: string, number = 1): string {
    return `${this.project}_${service}_${number}`;
  }

  /** Runs tsfig to its end, whatever its exit code. */
  run(args: readonly string[], { env = {}, input }: Options = {}): Promise<Ended> {
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [TSFIG, ...args],
        { cwd: this.directory, env: this.#environment(env), maxBuffer: 2 ** 28 },
        (error, stdout, stderr) => {
          resolve({ code: error ? (child.exitCode ?? -1) : 0, stdout, stderr });
        },
      );
      child.stdin?.end(input ?? '');
    });
  }

  /** The same, and it must end with 0. */
  async ok(...args: readonly string[]): Promise<Ended> {
    const ended = await this.run(args);
    if (ended.code !== 0)
      throw new Error(`tsfig ${args.join(' ')} ended with ${ended.code}\n${ended.stdout}${ended.stderr}`);
    return ended;
  }

  start(args: readonly string[], { env = {} }: Options = {}): Running {
    const child = spawn(process.execPath, [TSFIG, ...args], { cwd: this.directory, env: this.#environment(env) });
    let stdout = '';
    let stderr = '';
    const watchers = new Set<() => void>();
    const tell = (): void => watchers.forEach((watcher) => watcher());
    child.stdout.on('data', (text: Buffer) => {
      stdout += text.toString();
      tell();
    });
    child.stderr.on('data', (text: Buffer) => {
      stderr += text.toString();
      tell();
    });
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    });
    const shows = (text: string | RegExp): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = typeof text === 'string' ? (stdout + stderr).includes(text) : text.test(stdout + stderr);
          if (!found) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void ended.then(() => reject(new Error(`it ended without "${String(text)}":\n${stdout}${stderr}`)));
      });
    return { child, ended, shows, output: () => stdout + stderr };
  }

  /** A container as the engine has it. */
  async inspect(service: string, number = 1): Promise<Docker.ContainerInspectInfo> {
    return await this.docker.getContainer(this.name(service, number)).inspect();
  }

  /** Variables of a service's container, by name. */
  async environment(service: string, number = 1): Promise<Record<string, string>> {
    const { Config } = await this.inspect(service, number);
    return Object.fromEntries(
      Config.Env.map((entry): [string, string] => {
        const cut = entry.indexOf('=');
        return [entry.slice(0, cut), entry.slice(cut + 1)];
      }),
    );
  }

  /** Every container of the project, `name: state`, sorted. */
  async states(): Promise<string[]> {
    const found = await this.containers();
    return found
      .map(({ Names, State }) => `${(Names[0] ?? '').slice(1).replace(`${this.project}_`, '')}: ${State}`)
      .toSorted();
  }

  containers(): Promise<Docker.ContainerInfo[]> {
    return this.docker.listContainers({
      all: true,
      filters: { label: [`com.docker.compose.project=${this.project}`] },
    });
  }

  /** Removes what carries the project's label, and the directory. */
  async clean(): Promise<void> {
    const label = [`com.docker.compose.project=${this.project}`];
    const containers = await this.containers();
    for (const { Id } of containers) await this.docker.getContainer(Id).remove({ force: true, v: true });
    // Volumes that nobody named and that were carried over to a new container outlive its removal.
    const carried = new Set(containers.flatMap(({ Mounts }) => Mounts.map(({ Name }) => Name ?? '')));
    const { Volumes: left } = await this.docker.listVolumes();
    for (const { Name } of left) {
      if (carried.has(Name) && /^[0-9a-f]{64}$/.test(Name)) await this.docker.getVolume(Name).remove();
    }
    for (const { Id } of await this.docker.listNetworks({ filters: { label } }))
      await this.docker.getNetwork(Id).remove();
    const { Volumes } = await this.docker.listVolumes({ filters: { label } });
    for (const { Name } of Volumes) await this.docker.getVolume(Name).remove();
    for (const { Id } of await this.docker.listImages({ filters: { label } })) {
      await this.docker.getImage(Id).remove({ force: true });
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  #environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const inherited = { ...process.env };
    for (const key of ['TSFIG_FILE', 'COMPOSE_FILE', 'FIG_FILE']) Reflect.deleteProperty(inherited, key);
    return { ...inherited, TSFIG_PROJECT_NAME: this.project, NO_COLOR: '1', ...more };
  }
}
