import { healthCompose, healthFig } from '../lib/files.mjs';
import { peerWays, tsfigWay } from '../lib/ups.mjs';

export const name = 'health';
export const about = 'a chain of 6 containers, each started when the one before is healthy';
/** Beside `docker compose`. Where that is missing there is nothing to hold it to. */
export const targets = { 'tsfig up -d': { ratio: 0.6 } };

const COUNT = 6;

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  const own = tsfigWay(session, healthFig(COUNT));
  const peers = peerWays(session, healthCompose(COUNT));
  const compose = peers.find(({ name }) => name === 'docker compose up -d');
  await session.compare(
    `a chain of ${COUNT}, each waiting for the health check (100 ms) of the one before`,
    [own, ...peers],
    {
      rounds: session.rounds(7, 2),
      references: [(compose ?? own).name],
      targets: compose ? targets : {},
    },
  );
}
