import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { IGNORE_FILE, type BuildContext } from './build-context.js';
import { toTar, type MadeFile } from './tar.js';

export interface ClassicArchive {
  readonly archive: Readable;
  /** Path of the Dockerfile in the archive. */
  readonly dockerfile: string;
}

/**
 * What the classic builder wants: all in one archive. A Dockerfile that is ignored, a link or outside of the context goes
 * along under a name of its own; an ignore file that names it makes the engine throw it away again before it copies
 * anything (removeDockerfile in moby's builder/remotecontext/detect.go; the docker command does the same).
 */
export function toClassicArchive({
  directory,
  entries,
  dockerfile,
  dockerfilePath,
  ignoreFile,
}: BuildContext): ClassicArchive {
  const nameOf = ({ path }: { readonly path: Buffer }): string => path.toString();
  const sent = entries.find((entry) => entry.kind === 'file' && nameOf(entry) === dockerfilePath);
  if (sent) return { archive: toStream(directory, entries, []), dockerfile: nameOf(sent) };
  const name = `.dockerfile.${randomUUID()}`;
  const isIgnoreFileSent = ignoreFile !== null && entries.some((entry) => nameOf(entry) === IGNORE_FILE);
  const ignore = isIgnoreFileSent ? `${ignoreFile.bytes.toString()}\n${name}\n` : `${IGNORE_FILE}\n${name}\n`;
  const made = [
    { path: IGNORE_FILE, bytes: Buffer.from(ignore) },
    { path: name, bytes: dockerfile.bytes },
  ];
  const others = entries.filter((entry) => nameOf(entry) !== IGNORE_FILE);
  return { archive: toStream(directory, others, made), dockerfile: name };
}

const toStream = (directory: string, entries: BuildContext['entries'], made: readonly MadeFile[]): Readable =>
  Readable.from(toTar(directory, entries, made), { objectMode: false });
