import { composeFile, figFile, SHAPE_NAMES } from '../lib/files.mjs';
import { recordUp } from '../lib/recorder.mjs';
import { peerWays, rawWay, tsfigWay } from '../lib/ups.mjs';

export const name = 'up100';
export const about =
  'creating and starting 100 containers; the reference is the API at its best of 4, 8 and 16 at a time';
export const targets = { 'tsfig up -d': { ratio: 1.08 } };

const COUNT = 100;

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  const plan = await recordUp(session, COUNT, 'wide');
  const raw = [4, 8, 16].map((places) => rawWay(session, plan, places));
  const ways = [...raw, tsfigWay(session, figFile(COUNT, 'wide')), ...peerWays(session, composeFile(COUNT, 'wide'))];
  await session.compare(`${COUNT} containers, ${SHAPE_NAMES.wide}: create and start`, ways, {
    rounds: session.rounds(5, 1),
    references: raw.map(({ name }) => name),
    targets,
  });
}
