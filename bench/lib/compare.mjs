// Measures several ways of doing the same, in turn.
import { rotated, summarize } from './statistics.mjs';

/**
 * `time` does the work and answers its milliseconds; what it has to prepare and to remove it keeps out of them. A way with
 * `skipped` is not tried and says why.
 * @typedef {{ name: string, time?: () => Promise<number>, skipped?: string }} Way
 */

/**
 * Every way once a round, beginning with another one each round. A way that fails is out for the rounds to come.
 * @param {readonly Way[]} ways
 * @param {{ rounds: number, references: readonly string[], targets?: object, onRound?: (round: number) => void }} how
 */
export async function compare(ways, { rounds, references, targets = {}, onRound = () => undefined }) {
  const measured = ways.map(({ name, skipped }) => ({ name, timesMs: [], ...(skipped && { skipped }) }));
  const all = ways.map((way, index) => ({ way, into: measured[index] }));
  for (let round = 0; round < rounds; round += 1) {
    onRound(round);
    for (const { way, into } of rotated(all, round)) {
      if (into.skipped || into.failed !== undefined) continue;
      try {
        into.timesMs.push(Number((await way.time()).toFixed(1)));
      } catch (error) {
        into.failed = error.message;
      }
    }
  }
  return { rounds, ...summarize(measured, { references, targets }) };
}
