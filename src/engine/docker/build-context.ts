import type { Dirent } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildSpec } from '../../model/container-spec.js';
import { readIgnoreRules, type IgnoreRules } from './ignore-rules.js';
import { BadContext, readUserFile } from './user-file.js';

/** What an image is built from, read and checked; the contents of the files follow when the builder takes them. */
export interface BuildContext {
  readonly directory: string;
  /** All that is not ignored. A directory comes before what is in it, and names are sorted by their bytes. */
  readonly entries: readonly ContextEntry[];
  readonly dockerfile: SentFile;
  /** Path of the Dockerfile in the context, with slashes; null for one that lies outside of it. */
  readonly dockerfilePath: string | null;
  /** `.dockerignore` of the context, and the Dockerfile's own, which wins. */
  readonly ignoreFile: SentFile | null;
  readonly ownIgnoreFile: SentFile | null;
}

export interface SentFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface ContextEntry {
  /** Relative to the context, with slashes. Bytes, because not every name is UTF-8. */
  readonly path: Buffer;
  readonly kind: 'file' | 'directory' | 'link';
}

/** What is told of an entry before its content. */
export interface EntryFacts {
  /** Permissions, the bits for set-user-id and the like included. */
  readonly mode: number;
  readonly size: number;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  /** Where a link points to; empty for all else. */
  readonly target: Buffer;
}

/** Reads what is to be built. Throws `BadContext`. */
export async function readContext({
  context,
  dockerfile,
}: Pick<BuildSpec, 'context' | 'dockerfile'>): Promise<BuildContext> {
  const isDirectory = await stat(context).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) throw new BadContext(`there is no directory ${context}`);
  const file = path.resolve(context, dockerfile);
  const bytes = await readUserFile(file);
  if (!bytes) {
    const isInside = isWithin(context, file);
    throw new BadContext(isInside ? `there is no ${dockerfile} in ${context}` : `there is no Dockerfile ${file}`);
  }
  const ignoreFile = await readSent(path.join(context, IGNORE_FILE));
  const ownIgnoreFile = await readSent(`${file}.dockerignore`);
  const ignore = ownIgnoreFile ?? ignoreFile;
  const ignorePath = ownIgnoreFile ? `${file}.dockerignore` : path.join(context, IGNORE_FILE);
  return {
    directory: context,
    entries: await listEntries(context, readIgnoreRules(ignore?.bytes.toString() ?? '', ignorePath)),
    dockerfile: { name: path.basename(file), bytes },
    dockerfilePath: isWithin(context, file) ? path.relative(context, file).split(path.sep).join('/') : null,
    ignoreFile,
    ownIgnoreFile,
  };
}

export const IGNORE_FILE = '.dockerignore';

const isWithin = (directory: string, file: string): boolean => {
  const relative = path.relative(directory, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
};

async function readSent(file: string): Promise<SentFile | null> {
  const bytes = await readUserFile(file);
  return bytes ? { name: path.basename(file), bytes } : null;
}

async function listEntries(context: string, rules: IgnoreRules): Promise<readonly ContextEntry[]> {
  const found: ContextEntry[] = [];
  /** `above` are ignored directories that are needed as soon as something in them is not. */
  const visit = async (directory: Buffer, above: readonly ContextEntry[]): Promise<void> => {
    let waiting = above;
    const entries = await readdir(inContext(context, directory), { withFileTypes: true, encoding: 'buffer' });
    entries.sort((a, b) => Buffer.compare(a.name, b.name));
    for (const dirent of entries) {
      const kind = kindOf(dirent);
      if (kind === null) continue;
      const file = directory.length === 0 ? dirent.name : Buffer.concat([directory, SLASH, dirent.name]);
      const isIgnored = rules.ignores(file.toString());
      if (!isIgnored) {
        found.push(...waiting, { path: file, kind });
        waiting = [];
      }
      if (kind !== 'directory' || (isIgnored && !rules.mayKeepBelow(file.toString()))) continue;
      const count = found.length;
      await visit(file, isIgnored ? [...waiting, { path: file, kind }] : []);
      if (found.length > count) waiting = [];
    }
  };
  await visit(Buffer.alloc(0), []);
  return found;
}

/** Null for pipes, sockets and devices, which have no place in a context. */
function kindOf(dirent: Dirent<Buffer>): ContextEntry['kind'] | null {
  if (dirent.isDirectory()) return 'directory';
  if (dirent.isSymbolicLink()) return 'link';
  return dirent.isFile() ? 'file' : null;
}

const SLASH = Buffer.from('/');

/** Where a file of the context is on this machine. */
export const inContext = (context: string, file: Buffer): Buffer => Buffer.concat([Buffer.from(context), SLASH, file]);

/** Throws an error of the file system, for a file that is gone meanwhile among others. */
export async function factsOf(context: string, { path: file, kind }: ContextEntry): Promise<EntryFacts> {
  const place = inContext(context, file);
  const stats = await lstat(place, { bigint: true });
  return {
    mode: Number(stats.mode & 0o7777n),
    size: kind === 'file' ? Number(stats.size) : 0,
    modifiedNs: stats.mtimeNs,
    changedNs: stats.ctimeNs,
    target: kind === 'link' ? await readlink(place, { encoding: 'buffer' }) : Buffer.alloc(0),
  };
}
