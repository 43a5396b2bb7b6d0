import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, type Ended } from '../support/cli.js';

/** What V8 has compiled for a command is kept in the user's cache directory, and used by the next start. */

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario().fig('web: { image: busybox, net: none, command: sleep 300, stop_signal: SIGKILL }\n');
});
afterEach(() => scenario.clean());

const MAIN = fileURLToPath(new URL('../../dist/cli/main.cjs', import.meta.url));
const base = (): string => join(scenario.directory, 'cache');
const folder = (): string => join(base(), 'tsfig');
const kept = (): string[] => (existsSync(folder()) ? readdirSync(folder()).toSorted() : []);
const fileOf = (command: string): string => join(folder(), kept().find((name) => name.endsWith(`-${command}`)) ?? '');
const run = (...words: readonly string[]): Promise<Ended> => scenario.run(words, { env: { XDG_CACHE_HOME: base() } });
const config = async (): Promise<string> => {
  const { code, stdout, stderr } = await run('config', '--services');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};

/** Compiled code that V8 takes for that of the command line, because the source is as long, and that tells when it runs. */
function planted(): Buffer {
  const text = '((require) => require && process.stdout.write("planted\\n"))';
  const script = new Script(text.padEnd(readFileSync(MAIN, 'latin1').length));
  (script.runInThisContext() as () => void)(); // so that it is compiled
  return script.createCachedData();
}

describe('compiled code', () => {
  it('is kept by the first run of a command, for this build, Node, V8 and command, and for nobody else to read', async () => {
    expect(await config()).toBe('web\n');
    const build = /^\/\/(\w+)/.exec(readFileSync(MAIN, 'latin1'))?.[1] ?? '';
    const { node, v8 } = process.versions;
    expect(kept()).toEqual([`${build}-${node}-${v8}-${process.arch}-config`]);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect(statSync(fileOf('config')).mode & 0o777).toBe(0o600);
    await run('--version');
    expect(kept()).toHaveLength(2);
  });

  it('is used by the next run, which writes nothing', async () => {
    await config();
    const { ino } = statSync(fileOf('config'));
    expect(await config()).toBe('web\n');
    expect(statSync(fileOf('config')).ino).toBe(ino);
    writeFileSync(fileOf('config'), planted());
    expect(await config()).toBe('planted\n');
  });

  it('is not used where others may write', async () => {
    await config();
    writeFileSync(fileOf('config'), planted());
    chmodSync(folder(), 0o777);
    expect(await config()).toBe('web\n');
  });

  it.each([
    ['empty', () => Buffer.alloc(0)],
    ['not of V8', () => Buffer.alloc(600_000, 'no')],
    ['cut off', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
  ])('that is %s is made anew', async (_title, spoil) => {
    await config();
    const whole = readFileSync(fileOf('config'));
    writeFileSync(fileOf('config'), spoil(whole));
    expect(await config()).toBe('web\n');
    expect(readFileSync(fileOf('config')).subarray(0, 16)).toEqual(whole.subarray(0, 16));
    expect(statSync(fileOf('config')).size).toBeGreaterThan(whole.length * 0.9);
  });

  it.each([
    ['read-only', () => '/proc/tsfig-test'],
    ['a file', () => (scenario.write('cache', ''), base())],
    ["another user's", anothers],
  ])('is done without in a home that is %s', async (_title, makeHome) => {
    const { code, stdout, stderr } = await scenario.run(['config', '--services'], {
      env: { XDG_CACHE_HOME: makeHome() },
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'web\n', stderr: '' });
    expect(kept()).toEqual([]);
  });

  /** Root could write there. */
  function anothers(): string {
    if (process.getuid?.() !== 0) return '/';
    mkdirSync(base());
    chownSync(base(), 12_345, 12_345);
    return base();
  }

  it('is kept by several first runs at once without a trace of the others', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, config));
    expect(new Set(all)).toEqual(new Set(['web\n']));
    expect(kept()).toEqual([expect.stringMatching(/-config$/)]);
    expect(await config()).toBe('web\n');
  });

  it('is not kept by help and by what is wrong, which load too little of a command', async () => {
    await run();
    await run('--help');
    await run('help', 'config');
    await run('config', '--help');
    await run('config', '--nonsense');
    await run('-f', 'none.yml', 'config');
    expect(kept()).toEqual([]);
  });

  it('is not kept as that of a whole run by one that a signal ended', async () => {
    const idle = 'image: busybox, command: sleep 300, stop_signal: SIGKILL';
    scenario.fig(`web: { ${idle}, links: [db] }\ndb: { ${idle}, healthcheck: { test: "false", retries: 1000 } }\n`);
    const up = scenario.start(['up', '-d'], { env: { XDG_CACHE_HOME: base() } });
    await up.shows('Creating');
    up.child.kill('SIGTERM');
    expect((await up.ended).code).toBe(143);
    expect(kept().filter((name) => name.endsWith('-up'))).toEqual([]);
  });

  it('of a command that goes on is kept before a signal ends it, and by the first whole run once more', async () => {
    const up = scenario.start(['up'], { env: { XDG_CACHE_HOME: base() } });
    await up.shows('Attaching');
    await new Promise<void>((resolve) => {
      const watcher = watch(scenario.directory, { recursive: true }, () => {
        if (!kept().some((name) => name.endsWith('-up-early'))) return;
        watcher.close();
        resolve();
      });
    });
    up.child.kill('SIGINT');
    expect((await up.ended).code).toBe(130);
    expect(kept()).toEqual([expect.stringMatching(/-up-early$/)]);
    expect((await run('up', '-d')).code).toBe(0);
    expect(kept().map((name) => name.replace(/.*-up/, 'up'))).toEqual(['up', 'up-early']);
  });
});
