import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { isNoSuchFile } from './docker-config.js';

export interface BuildContext {
  readonly archive: Readable;
  /** Path of the Dockerfile in the archive, with slashes. */
  readonly dockerfile: string;
  /** What the Dockerfile says, to see which registries it needs. */
  readonly dockerfileText: string;
}

/** Why a context cannot be packed, as the end of a sentence. Translated by whoever asked for it. */
export class BadContext extends Error {}

/**
 * The directory as a tar stream without what `.dockerignore` names (or `DOCKERFILE.dockerignore`, which wins, as in
 * BuildKit). Dockerfile and ignore file are always sent. Owner is 0:0 and names are sorted, so that the same files give
 * the same archive for everybody. Throws `BadContext`.
 */
export async function packContext(context: string, dockerfile: string): Promise<BuildContext> {
  const isDirectory = await stat(context).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) throw new BadContext(`there is no directory ${context}`);
  const file = path.relative(context, path.resolve(context, dockerfile));
  if (file.startsWith('..') || path.isAbsolute(file)) {
    throw new BadContext(`${dockerfile} lies outside of the build context ${context}`);
  }
  const dockerfileText = await readIfThere(path.join(context, file));
  if (dockerfileText === undefined) throw new BadContext(`there is no ${dockerfile} in ${context}`);
  const entries = await listFiles(context, await readIgnored(context, file));
  return { archive: await pack(context, entries), dockerfile: toSlashes(file), dockerfileText };
}

async function pack(context: string, entries: readonly string[]): Promise<Readable> {
  const { default: tar } = await import('tar-fs'); // saves writing the tar format
  const options = {
    // tar-fs would take a file that vanishes meanwhile for the end of the archive, unless it is named here.
    entries: [...entries],
    // The directories among them are listed already.
    ignore: () => true,
    // Pipes and devices have no place in a context.
    strict: false,
    umask: 0,
    map: <H extends object>(header: H): H => ({ ...header, uid: 0, gid: 0, uname: '', gname: '' }),
  };
  return tar.pack(context, options) as unknown as Readable;
}

interface Rules {
  add(text: string): Rules;
  ignores(file: string): boolean;
}

/** The library saves writing the matching rules. Its types declare an ES module, which it is not. */
async function loadRules(): Promise<Rules> {
  const { default: dockerignore } = await import('@balena/dockerignore');
  return (dockerignore as unknown as (options: object) => Rules)({ ignorecase: false });
}

/** What is left out: asked for a path relative to the context, with slashes. */
interface Ignored {
  (file: string): boolean;
  /** May something below this ignored directory be wanted all the same? */
  readonly mayHold: (directory: string) => boolean;
}

async function readIgnored(context: string, dockerfile: string): Promise<Ignored> {
  const own = `${dockerfile}.dockerignore`;
  const ownText = await readIfThere(path.join(context, own));
  const name = ownText === undefined ? '.dockerignore' : own;
  const text = ownText ?? (await readIfThere(path.join(context, name))) ?? '';
  const patterns = text.split(/\r?\n/).map((line) => line.trim());
  const exceptions = patterns.filter((line) => line.startsWith('!')).map(toException);
  const rules = (await loadRules()).add(text);
  const always = [toSlashes(dockerfile), toSlashes(name)];
  const ignored = (file: string): boolean => !always.includes(file) && rules.ignores(file);
  const mayHold = (directory: string): boolean =>
    [...exceptions, ...always].some((wanted) => wanted.startsWith('*') || startsAlike(wanted, `${directory}/`));
  return Object.assign(ignored, { mayHold });
}

const toException = (line: string): string =>
  line
    .slice(1)
    .trim()
    .replace(/^\.?\//, '');

/** Could a path below `directory` match the pattern? Compared as far as the pattern has no wildcard. */
function startsAlike(pattern: string, directory: string): boolean {
  const fixed = pattern.replace(/[*?[].*$/s, '');
  return directory.startsWith(fixed) ? fixed !== pattern || directory === `${fixed}/` : fixed.startsWith(directory);
}

async function listFiles(context: string, ignored: Ignored): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (directory: string): Promise<void> => {
    const entries = await readdir(path.join(context, directory), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const file = path.join(directory, entry.name);
      const isIgnored = ignored(toSlashes(file));
      if (!isIgnored) found.push(file);
      if (entry.isDirectory() && (!isIgnored || ignored.mayHold(toSlashes(file)))) await visit(file);
    }
  };
  await visit('');
  return found;
}

const toSlashes = (file: string): string => file.split(path.sep).join('/');

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isNoSuchFile(error)) return undefined;
    throw error;
  }
}
