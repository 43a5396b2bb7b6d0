import { closest, distance } from 'fastest-levenshtein'; // saves writing an edit distance

/** The nearest of `words` to what was written, or undefined when none is near enough to be meant. */
export function didYouMean(written: string, words: readonly string[]): string | undefined {
  if (words.length === 0 || written.length > 60) return undefined;
  const lower = written.toLowerCase();
  const near = closest(lower, words);
  const allowed = written.length <= 3 ? 1 : Math.min(3, Math.ceil(written.length / 3));
  return distance(lower, near.toLowerCase()) <= allowed ? near : undefined;
}
