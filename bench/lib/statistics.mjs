// What is made of the times of a comparison. Calculations only.

/**
 * What is to be reached: at most so many times the reference, or at most so many seconds.
 * @typedef {{ ratio?: number, seconds?: number }} Target
 *
 * One way of doing a piece of work, as it was measured; `failed` and `skipped` say why there are no times.
 * @typedef {{ name: string, timesMs: number[], failed?: string, skipped?: string }} Measured
 *
 * Of a way that was measured; ratios are null where there is no reference.
 * @typedef {{
 *   name: string, timesMs: number[], medianMs: number, leastMs: number, ratio: number | null, ratioOfLeast: number | null,
 *   target?: Target, reached?: boolean,
 * }} MeasuredRow
 * @typedef {MeasuredRow | { name: string, failed?: string, skipped?: string }} Row
 */

/**
 * The value in the middle, or between the two in the middle.
 * @param {readonly number[]} values at least one
 * @returns {number}
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The list, beginning with another one each time, so that nobody is always first.
 * @template T
 * @param {readonly T[]} list
 * @param {number} by
 * @returns {T[]}
 */
export function rotated(list, by) {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/**
 * A row for each way. The reference is the quickest, by its median, of those that are named; without a reference that was
 * measured there are no ratios.
 * @param {readonly Measured[]} measured
 * @param {{ references: readonly string[], targets: Readonly<Record<string, Target>> }} how
 * @returns {{ reference: string | null, rows: Row[] }}
 */
export function summarize(measured, { references, targets }) {
  const all = measured.map(({ name, timesMs, failed, skipped }) =>
    failed !== undefined || skipped !== undefined
      ? { name, failed, skipped }
      : { name, timesMs, medianMs: median(timesMs), leastMs: Math.min(...timesMs) },
  );
  const [reference] = all
    .filter(({ name, medianMs }) => references.includes(name) && medianMs !== undefined)
    .toSorted((a, b) => a.medianMs - b.medianMs);
  const rows = all.map((row) => {
    if (row.medianMs === undefined) return row;
    const ratio = reference ? hundredths(row.medianMs / reference.medianMs) : null;
    const ratioOfLeast = reference ? hundredths(row.leastMs / reference.leastMs) : null;
    const target = targets[row.name];
    const judged = target && { target, reached: isReached(target, row.medianMs, ratio) };
    return { ...row, ratio, ratioOfLeast, ...judged };
  });
  return { reference: reference?.name ?? null, rows };
}

/** As it is shown, so that what is shown and whether it is enough never differ. */
const hundredths = (ratio) => Number(ratio.toFixed(2));

function isReached(target, medianMs, ratio) {
  const isQuickEnough = target.seconds === undefined || medianMs <= target.seconds * 1000;
  const isNearEnough = target.ratio === undefined || (ratio !== null && ratio <= target.ratio);
  return isQuickEnough && isNearEnough;
}
