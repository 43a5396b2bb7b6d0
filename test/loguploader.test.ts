import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LABEL } from '../src/model/names.js';
import { examples, Project, root, run, WITH_BUILDS_MS } from './support/example.js';
import { seeded } from './support/random.js';

/** How long the uploader is killed again and again. */
const STORM_MS = 60_000;
/** What is thrown at it follows from this number, what it meets of course does not. TSFIG_TEST_SEED takes another one's place. */
const SEED = Number(process.env['TSFIG_TEST_SEED'] ?? randomInt(1_000_000));

const docker = new Docker();
/** A copy of the example, because its files are moved about. */
let folder: string;
let project: Project;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tsfig-test-'));
  await cp(path.join(examples, 'loguploader'), folder, { recursive: true });
  await symlink(path.join(root, 'bin/tsfig.js'), path.join(folder, 'tsfig'));
  project = new Project(path.join(folder, 'fig.yml'));
  await project.succeed('build');
  await project.succeed('up', '-d', 'receiver');
}, WITH_BUILDS_MS);
afterAll(async () => {
  await project.remove();
  await rm(folder, { recursive: true });
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const spool = (place: 'waiting' | 'done', name = ''): string => path.join(folder, 'logs', place, name);
const sorted = (contents: ReadonlyMap<string, string>): [string, string][] => [...contents].toSorted();

/** As whoever writes logs has to do it: under a name that is not looked at, and whole under its own. */
async function drop(name: string, bytes: Buffer | string): Promise<void> {
  await writeFile(spool('waiting', `.${name}`), bytes);
  await rename(spool('waiting', `.${name}`), spool('waiting', name));
}

/** Names and hashes of the files in a folder, hidden ones left out. */
async function contentsOf(place: string): Promise<Map<string, string>> {
  const names = (await readdir(place)).filter((name) => !name.startsWith('.'));
  const hashes = names.map(async (name) => [name, sha256(await readFile(path.join(place, name)))] as const);
  return new Map(await Promise.all(hashes));
}

/** What the receiver has stored. */
async function stored(): Promise<Map<string, string>> {
  const copy = await mkdtemp(path.join(tmpdir(), 'tsfig-test-'));
  try {
    const { Id } = await project.container('receiver');
    const archive = await docker.getContainer(Id).getArchive({ path: '/uploads/.' });
    const tar = spawn('tar', ['-x', '-C', copy], { stdio: ['pipe', 'ignore', 'inherit'] });
    archive.pipe(tar.stdin);
    await once(tar, 'close');
    return await contentsOf(copy);
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** How often the receiver says to have stored each file. */
async function storings(): Promise<string[]> {
  const log = await project.succeed('logs', '--no-log-prefix', 'receiver');
  return [...log.matchAll(/^received (.*)$/gm)].map(([, name = '']) => name);
}

const upload = () => project.tsfig('run', '--once', 'loguploader');

describe('loguploader', () => {
  afterEach(async () => {
    for (const name of await readdir(spool('waiting'))) if (!name.startsWith('.')) await rm(spool('waiting', name));
  });

  it('uploads what waits, any bytes, and puts it away', async () => {
    const files = { 'app.log': await readFile(path.join(folder, 'app.log')), 'none.log': '', 'zero.log': 'a\0b\n\0' };
    for (const [name, bytes] of Object.entries(files)) await drop(name, bytes);
    const { code, stdout, stderr } = await upload();
    expect({ code, stdout }, stderr).toEqual({
      code: 0,
      stdout: 'uploaded app.log\nuploaded none.log\nuploaded zero.log\n',
    });
    const hashes = new Map(Object.entries(files).map(([name, bytes]) => [name, sha256(Buffer.from(bytes))]));
    expect(sorted(await stored())).toEqual(sorted(hashes));
    expect(sorted(await contentsOf(spool('done')))).toEqual(sorted(hashes));
    expect(sorted(await contentsOf(spool('waiting')))).toEqual([]);
  });

  it('uploading the same file once more changes nothing', async () => {
    await drop('app.log', await readFile(path.join(folder, 'app.log')));
    const before = await storings();
    const { code, stderr } = await upload();
    expect(code, stderr).toBe(0);
    expect(await storings()).toEqual(before);
  });

  it('leaves a file waiting that the receiver refuses, says why, uploads the others and ends with 1', async () => {
    await drop('app.log', 'another file of that name');
    await drop('b.log', 'b');
    await drop('not that.log', '');
    const { code, stdout, stderr } = await upload();
    expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: 'uploaded b.log\n' });
    expect(stderr).toContain('app.log goes on waiting: there is another file of that name\n');
    expect(stderr).toContain('not that.log goes on waiting: a name is letters, digits');
    expect([...(await contentsOf(spool('waiting'))).keys()].toSorted()).toEqual(['app.log', 'not that.log']);
  });

  it('runs by its runit script, which ends with its code', async () => {
    const env = { TSFIG_PROJECT_NAME: project.name, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    const runit = () => run('./run', [], { cwd: path.join(folder, 'runit'), env });
    await drop('c.log', 'c');
    const uploaded = await runit();
    expect(uploaded.code, uploaded.stdout).toBe(0);
    expect(uploaded.stdout).toContain('uploaded c.log\n');
    await drop('c.log', 'another c');
    const refused = await runit();
    expect(refused.code, refused.stdout).toBe(1);
  });

  it('has one container, whatever happens', async () => {
    const names = (await project.containers()).map(({ Names: [name] }) => name?.replace(`/${project.name}_`, ''));
    expect(names.toSorted()).toEqual(['loguploader_once', 'receiver_1']);
  });
});

/** What happened in the storm. */
interface Tally {
  readonly dropped: Map<string, string>;
  readonly ends: Record<string, number>;
  jobsKilled: number;
}

/** Drops files of every size, some of them while others are being uploaded. */
async function dropFiles({ dropped }: Tally, over: AbortSignal): Promise<void> {
  const random = seeded(SEED);
  while (!over.aborted) {
    const bytes = Buffer.alloc(Math.floor(2 ** (random() * 20)), dropped.size % 7 === 0 ? 0 : `${random()}\n`);
    const name = `storm-${dropped.size}.log`;
    await drop(name, bytes);
    dropped.set(name, sha256(bytes));
    await pause(random() * 400);
  }
}

/** As a supervisor does it: the job again as soon as it has ended. Most are killed before they end, a few are told to stop. */
async function superviseAndKill({ ends }: Tally, usual: number, over: AbortSignal): Promise<void> {
  const random = seeded(SEED + 1);
  while (!over.aborted) {
    const child = spawn(process.execPath, project.words('run', '--once', '--quiet', 'loguploader'), {
      stdio: 'ignore',
    });
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const wish = random();
    if (wish < 0.9) void killAfter(child, wish < 0.75 ? 'SIGKILL' : 'SIGTERM', random() * 1.5 * usual);
    const [code, signal] = await ended;
    const end = signal ?? String(code);
    ends[end] = (ends[end] ?? 0) + 1;
  }
}

async function killAfter(child: ChildProcess, signal: NodeJS.Signals, delay: number): Promise<void> {
  await pause(delay);
  child.kill(signal);
}

/** Kills the job itself now and then, wherever it is. */
async function killJobs(tally: Tally, over: AbortSignal): Promise<void> {
  const random = seeded(SEED + 2);
  const job = docker.getContainer(`${project.name}_loguploader_once`);
  while (!over.aborted) {
    await pause(random() * 3000);
    try {
      await job.kill();
      tally.jobsKilled += 1;
    } catch (error) {
      if (![404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error; // gone, or not running
    }
  }
}

describe('loguploader under a supervisor', () => {
  it('loses nothing and stores nothing twice, killed at random for a minute', { timeout: 240_000 }, async () => {
    const begun = performance.now();
    expect((await upload()).code).toBe(0);
    const usual = performance.now() - begun;
    const [before, storedBefore] = [await stored(), (await storings()).length];

    const tally: Tally = { dropped: new Map(), ends: {}, jobsKilled: 0 };
    const over = AbortSignal.timeout(STORM_MS);
    await Promise.all([dropFiles(tally, over), superviseAndKill(tally, usual, over), killJobs(tally, over)]);
    const { dropped, ends, jobsKilled } = tally;

    const waiting = await contentsOf(spool('waiting')); // looked at first: what leaves it meanwhile is stored already
    const inTime = await stored();
    const lost = [...dropped.keys()].filter((name) => !waiting.has(name) && !inTime.has(name));
    const runs = Object.values(ends).reduce((sum, count) => sum + count, 0);
    const told = `seed ${SEED}: ${dropped.size} files, ${inTime.size - before.size} stored in ${runs} runs (ends: ${JSON.stringify(ends)}), ${jobsKilled} jobs killed, ${waiting.size} files still waiting; a quiet run takes ${Math.round(usual)} ms`;
    process.stderr.write(`${told}\n`);
    expect(lost, told).toEqual([]);
    expect(ends['SIGKILL'], told).toBeGreaterThan(2);

    const last = await upload();
    expect(last.code, `${told}\n${last.stderr}`).toBe(0);
    expect(sorted(await contentsOf(spool('waiting'))), told).toEqual([]);
    expect(sorted(await stored()), told).toEqual(sorted(new Map([...before, ...dropped])));
    const received = (await storings()).slice(storedBefore);
    expect(received.toSorted(), told).toEqual([...dropped.keys()].toSorted());
    const services = (await project.containers()).map(({ Labels }) => Labels[LABEL.service]);
    expect(services.toSorted(), told).toEqual(['loguploader', 'receiver']);
  });
});
