import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LABEL } from '../src/model/names.js';
import { examples, Project, root, run, WITH_BUILDS_MS } from './support/example.js';
import { freePort } from './support/free-port.js';

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
    port = String(await freePort());
    project = new Project('quickstart/fig.yml', { PORT: port });
    await up();
  }, WITH_BUILDS_MS);
  afterAll(() => project.remove());

  /** A web that nothing needs is not waited for by `up -d`. */
  async function up(...flags: string[]): Promise<void> {
    await project.succeed('up', '-d', ...flags);
    await project.succeed('ready');
  }

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
    await up('--force-recreate');
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
    await up();
    expect(await visit()).toBe(before + 1);
    await project.succeed('down', '-v');
    await up();
    expect(await visit()).toBe(1);
  });
});

describe('seyren, with stand-ins', () => {
  let project: Project;

  beforeAll(async () => {
    const env = { SEYREN_PORT: String(await freePort()), STATSD_PORT: String(await freePort()) };
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
