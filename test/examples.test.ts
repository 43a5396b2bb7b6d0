import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LABEL } from '../src/model/names.js';

/** Images are built from Debian packages here, which takes its time. */
const WITH_BUILDS_MS = 240_000;

const root = path.dirname(import.meta.dirname);
const examples = path.join(root, 'examples');
const docker = new Docker();

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

const run = (program: string, args: readonly string[], options: { cwd?: string; env?: Environment } = {}) =>
  new Promise<Ended>((resolve) => {
    const env = { ...process.env, ...options.env };
    const child = execFile(program, args, { cwd: options.cwd ?? tmpdir(), env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end();
  });

/** tsfig on one file of the examples, as a project of its own. */
class Project {
  readonly name = `tsfig-test-${randomBytes(4).toString('hex')}`;
  readonly #file: string;
  readonly #env: Environment;

  constructor(file: string, env: Environment = {}) {
    this.#file = path.join(examples, file);
    this.#env = env;
  }

  tsfig(...args: string[]): Promise<Ended> {
    const words = [path.join(root, 'bin/tsfig.js'), '-f', this.#file, '-p', this.name, ...args];
    return run(process.execPath, words, { env: this.#env });
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

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

describe.each(await readdir(examples))('examples/%s', (folder) => {
  it('loads, plans and says what it is', { timeout: 30_000 }, async () => {
    const names = await readdir(path.join(examples, folder));
    expect(names).toEqual(expect.arrayContaining(['README.md', 'fig.yml']));
    for (const file of names.filter((name) => name.endsWith('.yml'))) {
      const project = new Project(path.join(folder, file));
      const { code, stderr } = await project.tsfig('config');
      expect({ file, code, stderr }).toEqual({ file, code: 0, stderr: '' });
      expect(await project.succeed('plan')).not.toBe('');
      expect(await project.containers(), 'plan only prints').toEqual([]);
    }
  });
});

describe('quickstart', () => {
  let port: string;
  let project: Project;

  beforeAll(async () => {
    port = await freePort();
    project = new Project('quickstart/fig.yml', { PORT: port });
    await project.succeed('up', '-d');
  }, WITH_BUILDS_MS);
  afterAll(() => project.remove());

  /** Asks the page as bin/demo does, until it answers, and reads the count from it. */
  async function visit(): Promise<number> {
    const url = `http://127.0.0.1:${port}/`;
    const { stdout, stderr } = await run(process.execPath, [path.join(root, 'scripts/demo.mjs'), 'answer', url, '20']);
    const [, count] = /seen (\d+) time/.exec(stdout) ?? [];
    expect(count, stderr + stdout).toBeDefined();
    return Number(count);
  }

  it('answers over HTTP and counts', async () => {
    const first = await visit();
    expect(await visit()).toBe(first + 1);
  });

  it('goes on counting after every container has been recreated', async () => {
    const before = await visit();
    const { Id } = await project.container('redis');
    await project.succeed('up', '-d', '--force-recreate');
    expect((await project.container('redis')).Id).not.toBe(Id);
    expect(await visit()).toBe(before + 1);
  });

  it('goes on counting after a restart, by the variables that web was given before', async () => {
    const before = await visit();
    const { Id } = await project.container('web');
    await project.succeed('restart', 'redis');
    expect((await project.container('web')).Id).toBe(Id);
    expect(await visit()).toBe(before + 1);
    await project.succeed('restart');
    expect(await visit()).toBe(before + 2);
  });

  it('goes on counting after down and up, and forgets with down -v', async () => {
    const before = await visit();
    await project.succeed('down');
    expect(await project.containers()).toEqual([]);
    await project.succeed('up', '-d');
    expect(await visit()).toBe(before + 1);
    await project.succeed('down', '-v');
    await project.succeed('up', '-d');
    expect(await visit()).toBe(1);
  });
});

describe('seyren, with stand-ins', () => {
  let project: Project;

  beforeAll(async () => {
    const env = { SEYREN_PORT: await freePort(), STATSD_PORT: await freePort() };
    project = new Project('seyren/stand-ins.yml', env);
    await project.succeed('up', '-d', 'seyren');
  }, WITH_BUILDS_MS);
  afterAll(() => project.remove());

  it('starts seyren and the mongo it needs, and nothing else', async () => {
    const running = (await project.containers()).map(({ Labels, State }) => `${Labels[LABEL.service]!} ${State}`);
    expect(running.sort()).toEqual(['mongo running', 'seyren running']);
  });

  it('tells seyren by variables where mongo is, and mongo is there', async () => {
    const { NetworkSettings } = await project.container('mongo');
    const [network] = Object.values(NetworkSettings.Networks);
    await expect
      .poll(() => project.succeed('logs', 'seyren'), { timeout: 20_000 })
      .toContain('mongo answers: This is a stand-in for mongo.');
    const log = await project.succeed('logs', 'seyren');
    expect(log).toContain(`MONGO_PORT_27017_TCP_ADDR=${network!.IPAddress}\n`);
    expect(log).toContain(`MONGODB_PORT_27017_TCP_PORT=27017\n`);
  });

  it('has in stand-ins.yml what fig.yml has, but for the images', async () => {
    const shape = async (file: string) => {
      const text = await readFile(path.join(examples, 'seyren', file), 'utf8');
      const services = parse(text) as Record<string, { links?: string[]; ports?: string[]; command?: string }>;
      return Object.entries(services).map(([name, { links, ports, command }]) => ({ name, links, ports, command }));
    };
    expect(await shape('stand-ins.yml')).toEqual(await shape('fig.yml'));
  });
});

describe('loguploader', () => {
  let project: Project;
  const log = path.join(examples, 'loguploader/logs/app.log');

  beforeAll(async () => {
    project = new Project('loguploader/fig.yml');
    await project.succeed('up', '-d', 'receiver');
  }, WITH_BUILDS_MS);
  afterAll(() => project.remove());

  /** A file out of the receiver, as the engine hands it out: a tar archive of one file, its header in the first 512 bytes. */
  async function received(name: string): Promise<Buffer> {
    const { Id } = await project.container('receiver');
    const archive = await docker.getContainer(Id).getArchive({ path: `/uploads/${name}` });
    const bytes: Buffer[] = [];
    for await (const chunk of archive) bytes.push(chunk as Buffer);
    const tar = Buffer.concat(bytes);
    const size = Number.parseInt(tar.toString('latin1', 124, 135), 8);
    return tar.subarray(512, 512 + size);
  }

  it('uploads the log, and the receiver has it', async () => {
    const { code, stdout, stderr } = await project.tsfig('run', '--rm', 'loguploader');
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: 'uploaded /logs/app.log as app.log, 223 bytes\n' });
    expect(await received('app.log')).toEqual(await readFile(log));
  });

  it('ends with the code of the job when the receiver refuses or there is nothing to upload', async () => {
    const refused = await project.tsfig('run', '--rm', '-e', 'NAME=../app.log', 'loguploader');
    expect(refused.code, refused.stderr).toBe(1);
    expect(refused.stderr).toContain('400 Bad Request');
    const nothing = await project.tsfig('run', '--rm', '-e', 'LOG=/logs/no.log', 'loguploader');
    expect(nothing.code, nothing.stderr).toBe(2);
    expect(nothing.stderr).toContain('there is no /logs/no.log');
  });

  it('runs by its runit script, which ends with its code', async () => {
    const bin = await mkdtemp(path.join(tmpdir(), 'tsfig-test-'));
    try {
      await symlink(path.join(root, 'bin/tsfig.js'), path.join(bin, 'tsfig'));
      const env = { TSFIG_PROJECT_NAME: project.name, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
      const cwd = path.join(examples, 'loguploader/runit');
      const uploaded = await run('./run', [], { cwd, env: { ...env, LOG: '/logs/app.log' } });
      expect(uploaded.code, uploaded.stdout).toBe(0);
      const failed = await run('./run', [], { cwd, env: { ...env, LOG: '/logs/no.log' } });
      expect(failed.code, failed.stdout).toBe(2);
    } finally {
      await rm(bin, { recursive: true });
    }
  });

  it('leaves no container of a job behind', async () => {
    const services = (await project.containers()).map(({ Labels }) => Labels[LABEL.service]);
    expect(services).toEqual(['receiver']);
  });
});
