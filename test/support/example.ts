import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { expect } from 'vitest';
import { LABEL } from '../../src/model/names.js';

/** Images are built from Debian packages here, which takes its time. */
export const WITH_BUILDS_MS = 240_000;

export const root = path.dirname(path.dirname(import.meta.dirname));
export const examples = path.join(root, 'examples');
const TSFIG = path.join(root, 'bin/tsfig.js');
const docker = new Docker();

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

export const run = (program: string, args: readonly string[], options: { cwd?: string; env?: Environment } = {}) =>
  new Promise<Ended>((resolve) => {
    const env = { ...process.env, ...options.env };
    const child = execFile(program, args, { cwd: options.cwd ?? tmpdir(), env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end();
  });

/** tsfig on one file, by its path or as it is called in the examples, as a project of its own. */
export class Project {
  readonly name = `tsfig-test-${randomBytes(4).toString('hex')}`;
  readonly #file: string;
  readonly #env: Environment;

  constructor(file: string, env: Environment = {}) {
    this.#file = path.resolve(examples, file);
    this.#env = env;
  }

  /** The words after `node`. */
  words(...args: string[]): string[] {
    return [TSFIG, '-f', this.#file, '-p', this.name, ...args];
  }

  tsfig(...args: string[]): Promise<Ended> {
    return run(process.execPath, this.words(...args), { env: this.#env });
  }

  /** Runs tsfig and expects it to succeed; the message of the failure is what tsfig said. */
  async succeed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tsfig(...args);
    expect(code, `tsfig ${args.join(' ')}\n${stderr}${stdout}`).toBe(0);
    return stdout;
  }

  get #filters() {
    return { label: [`${LABEL.project}=${this.name}`] };
  }

  containers(): Promise<Docker.ContainerInfo[]> {
    return docker.listContainers({ all: true, filters: this.#filters });
  }

  async container(service: string): Promise<Docker.ContainerInfo> {
    const found = (await this.containers()).find(({ Labels }) => Labels[LABEL.service] === service);
    expect(found, `a container of ${service}`).toBeDefined();
    return found!;
  }

  /** By label and not by `down`: what is left over when tsfig fails must go, too. */
  async remove(): Promise<void> {
    for (const { Id } of await this.containers()) await docker.getContainer(Id).remove({ force: true, v: true });
    for (const { Id } of await docker.listNetworks({ filters: this.#filters })) await docker.getNetwork(Id).remove();
    const { Volumes } = await docker.listVolumes({ filters: this.#filters });
    for (const { Name } of Volumes) await docker.getVolume(Name).remove();
    const images = await docker.listImages({ filters: { reference: [`${this.name}_*`] } });
    for (const { Id } of images) await docker.getImage(Id).remove({ force: true });
  }
}
