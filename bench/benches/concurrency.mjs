import { figFile, SHAPE_NAMES } from '../lib/files.mjs';
import { tsfigWay } from '../lib/ups.mjs';

export const name = 'concurrency';
export const about = 'how many at a time is best: tsfig --parallel with 20 and 100 containers';
export const targets = {};

const CHOICES = [1, 2, 4, 8, 16];
/** Only one of a chain starts at a time, however many may. */
const CHOICES_OF = { wide: CHOICES, tree: CHOICES, chain: [1, 8] };
/** What tsfig does when nobody says otherwise. */
const DEFAULT = 8;

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  for (const count of session.quick ? [20] : [20, 100]) {
    for (const [shape, choices] of Object.entries(CHOICES_OF)) {
      const file = figFile(count, shape);
      const ways = choices.map((places) => tsfigWay(session, file, '--parallel', String(places)));
      await session.compare(`${count} containers, ${SHAPE_NAMES[shape]}, by so many at a time`, ways, {
        rounds: session.rounds(count === 20 ? 5 : 3, 1),
        references: [`tsfig --parallel ${DEFAULT} up -d`],
        targets,
      });
    }
  }
}
