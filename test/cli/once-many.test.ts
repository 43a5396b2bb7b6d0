import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';
import { EngineNews } from '../support/engine-news.js';

/** All of them in `npm run test:fault`; fewer where every test is run. */
const RUNS = process.env['TSFIG_TEST_FULL'] === '1' ? 200 : 25;
const LIMIT_MS = RUNS * 5000;
const CODES = [0, 1, 7, 75, 125, 126, 127, 137, 143, 255];

let scenario: Scenario;
let job: string;
beforeEach(() => {
  scenario = new Scenario();
  job = `${scenario.project}_job_once`;
});
afterEach(() => scenario.clean());

/** What the engine holds for a container, as long as it has it. */
interface Held {
  readonly id: string;
  readonly volume: string;
  readonly layer: string;
  readonly network: string;
}

async function heldNow(): Promise<Held> {
  const { Id, Mounts, GraphDriver, NetworkSettings } = await scenario.docker.getContainer(job).inspect();
  const { MergedDir = '' } = GraphDriver.Data as { readonly MergedDir?: string };
  const { SandboxKey } = NetworkSettings as { readonly SandboxKey: string };
  return { id: Id, volume: Mounts[0]?.Name ?? '', layer: MergedDir, network: SandboxKey };
}

/** What a process has open: `socket:[1]`, `/var/lib/docker/…`. */
function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((descriptor) => {
    try {
      return [readlinkSync(`${folder}/${descriptor}`)];
    } catch {
      return []; // closed since
    }
  });
}

/** Of the engine that the tests are about; null where this user may not look into it. */
function openInEngine(): string[] | null {
  try {
    return openFiles(Number(readFileSync('/var/run/docker.pid', 'utf8')));
  } catch {
    return null;
  }
}

describe('a job that is run back to back', () => {
  it(
    `${RUNS} times has its own code each time, and leaves nothing but its last container`,
    async () => {
      const command = '["sh", "-c", "echo run $$RUN > /data/run; echo run $$RUN; exit $$CODE"]';
      scenario.fig(`job: { image: busybox, command: ${command}, volumes: [/data] }\n`);
      const held: Held[] = [];
      const before = openInEngine();
      for (let run = 1; run <= RUNS; run += 1) {
        const code = CODES[run % CODES.length] ?? 0;
        const variables = ['-e', `RUN=${run}`, '-e', `CODE=${code}`];
        const ended = await scenario.run(['run', '--once', '--no-backoff', ...variables, 'job']);
        expect([ended.code, ended.stdout], `run ${run}: ${ended.stderr}`).toEqual([code, `run ${run}\n`]);
        held.push(await heldNow());
      }
      expect(await scenario.states()).toEqual(['job_once: exited']);
      const gone = held.slice(0, -1);
      expect(new Set(held.map(({ id }) => id)).size).toBe(RUNS);
      const { Volumes } = await scenario.docker.listVolumes();
      const volumes = new Set(Volumes.map(({ Name }) => Name));
      expect(gone.filter(({ volume }) => volumes.has(volume))).toEqual([]);
      expect(volumes.has(held.at(-1)?.volume ?? '')).toBe(true);
      const mounts = readFileSync('/proc/mounts', 'utf8');
      expect(held.filter(({ layer, network }) => mounts.includes(layer) || mounts.includes(network))).toEqual([]);
      expect(gone.filter(({ layer }) => existsSync(layer))).toEqual([]);
      const after = openInEngine();
      expect((after ?? []).filter((file) => gone.some(({ id }) => file.includes(id)))).toEqual([]);
      // Sockets have no names, and others use the engine at the same time; one a run would be twice as many.
      if (RUNS >= 200) expect((after?.length ?? 0) - (before?.length ?? 0)).toBeLessThan(RUNS / 2);
    },
    LIMIT_MS,
  );

  it(
    'inside one tsfig does not have it open more and more files',
    async () => {
      const news = await EngineNews.of(scenario.docker, scenario.project);
      scenario.fig('job: { image: busybox, command: "true" }\n');
      const running = scenario.start(['run', '--forever', 'job']);
      const pid = running.child.pid ?? 0;
      await news.saw(`start ${job}`, 5);
      const before = openFiles(pid).length;
      await news.saw(`start ${job}`, 5 + RUNS / 2);
      const after = openFiles(pid).length;
      running.child.kill('SIGTERM');
      await running.ended;
      news.close();
      expect(after - before).toBeLessThan(5);
    },
    LIMIT_MS,
  );
});

describe('a job that is started several times at once', () => {
  it('runs once; the others exit with 75', async () => {
    scenario.fig('job: { image: busybox, command: ["sh", "-c", "echo here; sleep 3"] }\n');
    const all = Array.from({ length: 4 }, () => scenario.run(['run', '--once', 'job']));
    const ended = await Promise.all(all);
    expect(ended.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([0, 75, 75, 75]);
    expect(ended.map(({ stdout }) => stdout).join('')).toBe('here\n');
  });
});
