import type { FileChange, FileState } from '../model/file-state.js';
import { isWrittenFor, type UnitFile } from './deployment.js';

/** What differs, by path. `listed` are the paths that were written before. */
export function compareFolder(
  files: readonly UnitFile[],
  listed: readonly string[],
  read: (path: string) => FileState | null,
): FileChange[] {
  const wanted = new Map(files.map((file) => [file.path, file]));
  const paths = [...new Set([...wanted.keys(), ...listed])].toSorted();
  return paths.flatMap((path) => {
    const before = read(path);
    const file = wanted.get(path);
    const after = file ? { text: file.text, executable: file.executable } : null;
    const isSame = before?.text === after?.text && before?.executable === after?.executable;
    return isSame ? [] : [{ path, before, after }];
  });
}

interface Own {
  readonly project: string;
  /** The paths that were written before. */
  readonly listed: readonly string[];
}

/** Files that would be written over though they are somebody else's: `shop-web-db` is `web-db` of `shop` and `db` of `shop-web`. */
export const notOurs = (changes: readonly FileChange[], { project, listed }: Own): string[] =>
  changes
    .filter(({ path, before }) => before && !listed.includes(path) && !isWrittenFor(project, before.text))
    .map(({ path }) => path);
