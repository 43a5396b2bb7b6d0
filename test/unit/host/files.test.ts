import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realFiles } from '../../../src/host/files.js';

let directory: string;
const at = (...path: readonly string[]): string => join(directory, ...path);
const never = new AbortController().signal;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tsfig-files-'));
  mkdirSync(at('folder'));
  writeFileSync(at('text'), 'é=1\n');
  symlinkSync('circle', at('circle'));
  symlinkSync('nowhere', at('dangling'));
  execFileSync('mkfifo', [at('pipe'), at('quiet')]);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What both readers say of a path, after its name. */
const WRONG: readonly (readonly [path: string, reason: string])[] = [
  ['folder', 'it is a directory'],
  ['text/below', 'a part of its path is not a directory'],
  ['circle', 'its symbolic links go round in a circle'],
  ['x'.repeat(300), 'the name is too long'],
];

describe('reading files', () => {
  it.each(WRONG)('gives the reason in words where %s cannot be read', async (path, reason) => {
    expect(realFiles.readText(at(path))).toEqual({ kind: 'unreadable', reason });
    await expect(realFiles.readBytes(at(path), never)).rejects.toMatchObject({
      code: 'project-file-unreadable',
      message: `cannot read ${at(path)}: ${reason}`,
    });
  });

  it('tells a file that is not there from one that cannot be read', async () => {
    for (const path of ['nowhere', 'dangling']) {
      expect(realFiles.readText(at(path))).toEqual({ kind: 'missing' });
      await expect(realFiles.readBytes(at(path), never)).rejects.toMatchObject({ code: 'project-file-missing' });
    }
    expect(realFiles.readText(at('text'))).toEqual({ kind: 'text', text: 'é=1\n' });
  });

  it('says what a path leads to, and never throws', () => {
    const kinds = ['text', 'folder', 'pipe', 'nowhere', 'circle', 'text/below'].map(
      (path) => realFiles.kindOf(at(path)).kind,
    );
    expect(kinds).toEqual(['file', 'directory', 'pipe', 'missing', 'unreadable', 'unreadable']);
    expect(realFiles.kindOf('/dev/null').kind).toBe('other');
    expect(['text', 'circle', 'text/below'].map((path) => realFiles.isFile(at(path)))).toEqual([true, false, false]);
    expect(realFiles.isExecutable(at('circle'))).toBe(false);
  });

  it('reads no more of a device than a project can have', async () => {
    expect(realFiles.readText('/dev/zero')).toMatchObject({ reason: expect.stringContaining('larger than') as string });
    await expect(realFiles.readBytes('/dev/zero', never)).rejects.toThrow('cannot read /dev/zero: it is larger than');
    expect(Buffer.from(await realFiles.readBytes('/dev/null', never)).toString()).toBe('');
  });
});

describe('named pipes', () => {
  it('are refused where a signal could not end the wait', () => {
    expect(realFiles.readText(at('quiet'))).toEqual({ kind: 'unreadable', reason: 'it is a named pipe' });
  });

  it('are read to their end, whenever somebody writes', async () => {
    const reading = realFiles.readBytes(at('pipe'), never);
    const writer = openSync(at('pipe'), 'w');
    writeSync(writer, 'web: {im');
    await new Promise((resolve) => setImmediate(resolve));
    writeSync(writer, 'age: x}');
    closeSync(writer);
    expect(Buffer.from(await reading).toString()).toBe('web: {image: x}');
  });

  it('are left at once when a signal comes', async () => {
    const stop = new AbortController();
    const reading = realFiles.readBytes(at('quiet'), stop.signal);
    stop.abort(new Error('stopped'));
    await expect(reading).rejects.toThrow('stopped');
  });
});

/** Root may read everything. */
function asNobody<T>(work: () => T): T {
  if (process.getuid!() !== 0) return work();
  process.seteuid!(65_534);
  try {
    return work();
  } finally {
    process.seteuid!(0);
  }
}

it('a file that may not be read is told from one that is not there', () => {
  mkdirSync(at('closed'), 0);
  chmodSync(directory, 0o755);
  const [text, kind] = asNobody(() => [realFiles.readText(at('closed/.env')), realFiles.kindOf(at('closed/.env'))]);
  expect([text, kind]).toEqual([text, kind].map(() => ({ kind: 'unreadable', reason: 'permission denied' })));
});
