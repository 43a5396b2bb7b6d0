import { timeOf } from '../lib/children.mjs';
import { nodeCommand, TSFIG } from '../lib/session.mjs';

export const name = 'start';
export const about = 'start of the program, which is in every other figure';
export const targets = { 'tsfig --version': { ratio: 1.3 } };

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  const peers = session.peers.map(({ name, program, first }) => ({
    name: `${name} version`,
    time: () => timeOf({ program, args: [...first, 'version'] }),
  }));
  const ways = [
    { name: 'node -e 0', time: () => timeOf(nodeCommand('-e', '0')) },
    { name: 'tsfig --version', time: () => timeOf(nodeCommand(TSFIG, '--version')) },
    { name: 'tsfig up --help', time: () => timeOf(nodeCommand(TSFIG, 'up', '--help')) },
    ...peers,
  ];
  await session.compare('start of the program', ways, {
    rounds: session.rounds(21, 7),
    references: ['node -e 0'],
    targets,
  });
}
