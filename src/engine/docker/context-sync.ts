import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import {
  factsOf,
  IGNORE_FILE,
  inContext,
  type BuildContext,
  type ContextEntry,
  type EntryFacts,
} from './build-context.js';
import type { FileSource } from './build-session.js';
import type { SyncedFile, SyncedFiles } from './file-sync.js';
import { readPiecesOf } from './user-file.js';

type ContextFile = ContextEntry & EntryFacts;

/**
 * What BuildKit may ask for: the context, and apart from it the Dockerfile and the ignore files, which therefore are in
 * no image that does not copy them. Throws errors of the file system.
 */
export async function toFileSource(context: BuildContext, onUnreadable: (error: unknown) => void): Promise<FileSource> {
  const { directory, dockerfile, ignoreFile, ownIgnoreFile } = context;
  const files: ContextFile[] = [];
  for (const entry of context.entries) files.push({ ...entry, ...(await factsOf(directory, entry)) });
  const all: SyncedFiles = {
    files,
    async *read({ path }) {
      try {
        yield* readPiecesOf(inContext(directory, path));
      } catch (error) {
        onUnreadable(error);
        throw error;
      }
    },
  };
  const apart = inMemory([dockerfile, ...(ownIgnoreFile ? [ownIgnoreFile] : [])]);
  const onlyIgnoreFile = inMemory(ignoreFile ? [{ ...ignoreFile, name: IGNORE_FILE }] : []);
  return {
    key: await keyOf(directory, files),
    filesOf: (name, isForIgnoreFile) => {
      if (name === 'dockerfile') return apart;
      if (name !== 'context') return undefined;
      return isForIgnoreFile ? onlyIgnoreFile : all;
    },
  };
}

/**
 * Of this directory on this machine. BuildKit takes a file of the same size and time of modification for the same file.
 * That holds for what was written where it is; what was unpacked or copied with an older time says less than it seems
 * (every file of an npm package is of 1985), and is part of the key with the time at which it came to be there.
 */
async function keyOf(directory: string, files: readonly ContextFile[]): Promise<string> {
  const { dev, ino, birthtimeNs } = await stat(directory, { bigint: true });
  const hash = createHash('sha256').update([hostname(), directory, dev, ino, birthtimeNs].join('\0'));
  for (const { path, changedNs, modifiedNs } of files) {
    const isOlderThanItself = changedNs - modifiedNs > SLACK_NS || modifiedNs > changedNs;
    if (isOlderThanItself) hash.update(path).update(`\0${changedNs}\0`);
  }
  return hash.digest('hex');
}

const SLACK_NS = 1_000_000_000n;

/** The time of modification is made of the content, so that BuildKit never takes one for the other. */
function inMemory(files: readonly { readonly name: string; readonly bytes: Buffer }[]): SyncedFiles {
  const contents = new Map(files.map(({ name, bytes }) => [name, bytes]));
  return {
    files: files.map(({ name, bytes }) => ({ ...toFacts(bytes), path: Buffer.from(name) })),
    // eslint-disable-next-line @typescript-eslint/require-await -- read as what comes from a disk
    async *read({ path }: SyncedFile) {
      const bytes = contents.get(path.toString());
      if (bytes && bytes.length > 0) yield bytes;
    },
  };
}

function toFacts(bytes: Buffer): Omit<SyncedFile, 'path'> {
  const seconds = createHash('sha256').update(bytes).digest().readUInt32BE();
  const modifiedNs = BigInt(seconds) * 1_000_000_000n;
  return { kind: 'file', mode: 0o644, size: bytes.length, modifiedNs, target: Buffer.alloc(0) };
}
