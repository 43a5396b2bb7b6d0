import { run as runCommand, timeOf } from '../lib/children.mjs';
import { composeFile, figFile } from '../lib/files.mjs';
import { nodeCommand } from '../lib/session.mjs';

export const name = 'noop';
export const about = 'commands for a project of 20 containers that are up already, and their memory';
export const targets = {
  'tsfig ps': { ratio: 1.6 },
  'tsfig up -d': { ratio: 1.6 },
  'tsfig config': { ratio: 1.6 },
  memoryMb: 75,
};

const COUNT = 20;
const OWN = [['ps'], ['up', '-d'], ['config'], ['plan']];
const PEERS = [['ps'], ['up', '-d'], ['config']];

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  await session.with(async (project) => {
    project.write('fig.yml', figFile(COUNT, 'tree'));
    await runCommand(project.tsfig('up', '-d'));
    const reference = { name: 'node -e 0', command: nodeCommand('-e', '0') };
    const own = OWN.map((words) => ({ name: `tsfig ${words.join(' ')}`, command: project.tsfig(...words) }));
    const peers = await Promise.all(session.peers.map((peer) => peerWays(session, peer)));
    const ways = [
      ...[reference, ...own].map(({ name, command }) => ({ name, time: () => timeOf(command) })),
      ...peers.flat(),
    ];
    await session.compare(`${COUNT} containers that are up already`, ways, {
      rounds: session.rounds(15, 5),
      references: [reference.name],
      targets,
    });
    const facts = [];
    for (const { name, command } of [reference, ...own]) {
      const most = name === reference.name ? {} : { most: targets.memoryMb };
      facts.push({ name, value: await session.peakOf(command), unit: 'MB', ...most });
    }
    session.facts(`peak memory with ${COUNT} containers that are up already`, facts);
  });
}

/** A project of the same services that this peer has brought up. It stays until the run ends. */
async function peerWays(session, peer) {
  const project = session.project();
  project.write('docker-compose.yml', composeFile(COUNT, 'tree'));
  const failed = await runCommand(project.peer(peer, 'up', '-d')).then(
    () => null,
    (error) => error,
  );
  return PEERS.map((words) => ({
    name: `${peer.name} ${words.join(' ')}`,
    time: () => (failed ? Promise.reject(failed) : timeOf(project.peer(peer, ...words))),
  }));
}
