import { composeFile, figFile, SHAPE_NAMES } from '../lib/files.mjs';
import { recordUp } from '../lib/recorder.mjs';
import { peerWays, rawWay, tsfigWay } from '../lib/ups.mjs';

export const name = 'up20';
export const about = 'creating and starting 20 containers: no dependencies, a tree of 4, a chain';
export const targets = {};

const COUNT = 20;

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  for (const shape of ['wide', 'tree', 'chain']) {
    const raw = rawWay(session, await recordUp(session, COUNT, shape), 8);
    const ways = [raw, tsfigWay(session, figFile(COUNT, shape)), ...peerWays(session, composeFile(COUNT, shape))];
    await session.compare(`${COUNT} containers, ${SHAPE_NAMES[shape]}: create and start`, ways, {
      rounds: session.rounds(7, 1),
      references: [raw.name],
      targets,
    });
  }
}
