import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BENCH = fileURLToPath(new URL('../bench/run.mjs', import.meta.url));
const docker = new Docker();

/** Where a run makes its directories. */
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tsfig-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const environment = (): NodeJS.ProcessEnv => ({ ...process.env, TMPDIR: directory });

function run(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [BENCH, ...args], { env: environment() }, (error, stdout, stderr) => {
      resolve({ code: error ? (child.exitCode ?? -1) : 0, stdout, stderr });
    });
  });
}

/** Names of containers and networks of a run. */
async function there(id: string): Promise<string[]> {
  const filters = { name: [id] };
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  return [...containers.map(({ Names }) => Names.join()), ...networks.map(({ Name }) => Name)];
}

const idIn = (text: string): string => /called (tsfig-bench-[0-9a-f]+)-1/.exec(text)?.[1] ?? '';

describe('npm run bench', () => {
  it('prints a table, writes the same as JSON, and leaves nothing behind', async () => {
    const json = join(directory, 'bench.json');
    const { code, stdout, stderr } = await run('--quick', '--json', json, 'start');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\| start of the program \| median of 7 \| least \| ratio \| of least \| target \|$/m);
    expect(stdout).toMatch(
      /^\| tsfig --version \|( \d+\.\d{3} s \|){2}( × \d+\.\d\d \|){2} ≤ × 1\.30: (reached|missed) \|$/m,
    );
    const written = JSON.parse(readFileSync(json, 'utf8')) as { readonly results: object[]; readonly run: string };
    expect(written).toMatchObject({ quick: true, node: process.version, engine: {}, machine: {}, peers: {} });
    expect(written.results).toMatchObject([{ bench: 'start', kind: 'comparison', reference: 'node -e 0' }]);
    expect(written.run).toBe(idIn(stdout));
    expect(await there(written.run)).toEqual([]);
    expect(readdirSync(directory)).toEqual(['bench.json']);
  });

  it('leaves nothing behind when it is stopped in the middle', async () => {
    const child = spawn(process.execPath, [BENCH, '--quick', 'up20'], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit');
    let shown = '';
    child.stdout.on('data', (text: Buffer) => (shown += text.toString()));
    await expect.poll(() => idIn(shown), { timeout: 10_000 }).not.toBe('');
    await expect.poll(() => there(idIn(shown)), { timeout: 10_000 }).not.toEqual([]);
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(130);
    expect(await there(idIn(shown))).toEqual([]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('knows its benches, and says which', async () => {
    const { code, stderr } = await run('--quick', 'strat');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^there is no bench "strat"; there are start, .*logs, attached\n$/) as string,
    });
    expect((await run('--help')).stdout).toMatch(/^ {2}up100 +creating and starting 100 containers/m);
  });
});
