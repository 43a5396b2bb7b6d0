// diff saves finding the shortest way from one text to another, and the format that patch(1) reads.
import { createTwoFilesPatch } from 'diff';
import { sanitizeLines, type SafeText } from '../lib/safe-text.js';
import type { FileChange } from '../model/file-state.js';

/** A file before and after, as `diff -u` tells it; null: not there. */
export function diffToText({ path, before, after }: FileChange): SafeText {
  const patch = createTwoFilesPatch(
    before ? path : '/dev/null',
    after ? path : '/dev/null',
    before?.text ?? '',
    after?.text ?? '',
  );
  const isOtherMode = before && after && before.executable !== after.executable;
  const mode = isOtherMode ? [`${path}: ${after.executable ? 'is to be executable' : 'is not to be executable'}`] : [];
  return sanitizeLines([...mode, patch.slice(patch.indexOf('--- '))].join('\n').trimEnd());
}
