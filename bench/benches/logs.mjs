import { fileURLToPath } from 'node:url';
import { ask } from '../lib/ask.mjs';
import { piped, run as runCommand, timeOf } from '../lib/children.mjs';
import { PROJECT_LABEL } from '../lib/clean-up.mjs';
import { talkersCompose, talkersFig } from '../lib/files.mjs';
import { nodeCommand } from '../lib/session.mjs';

export const name = 'logs';
export const about = '2 million lines of 2 ended containers, through a pipe to a reader that drops them';
export const targets = { 'tsfig logs': { ratio: 1.15 }, memoryMb: 120 };

const LINES = 1_000_000;
const BARE_LOGS = fileURLToPath(new URL('../bare-logs.mjs', import.meta.url));

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  await session.with(async (project) => {
    project.write('fig.yml', talkersFig(2, LINES));
    await runCommand(project.tsfig('up', '-d'));
    const names = [0, 1].map((index) => `${project.name}_s${index}_1`);
    await Promise.all(names.map((name) => ask('POST', `/containers/${name}/wait`)));
    const own = project.tsfig('logs');
    const both = `${names.map((name) => `docker logs ${name} & `).join('')}wait`;
    const commands = {
      'both streams by a bare Node script': nodeCommand(BARE_LOGS, ...names),
      'tsfig logs': own,
      'docker logs of both at once': { program: 'bash', args: ['-c', both] },
    };
    const ways = Object.entries(commands).map(([name, command]) => ({ name, time: () => timeOf(piped(command)) }));
    const peers = [];
    for (const peer of session.peers) peers.push(await peerWay(session, peer));
    await session.compare('2 million log lines of 2 ended containers', [...ways, ...peers], {
      rounds: session.rounds(5, 1),
      references: [ways[0].name],
      targets,
    });
    const value = await session.peakOf(own);
    session.facts('peak memory of the same', [{ name: 'tsfig logs', value, unit: 'MB', most: targets.memoryMb }]);
  });
}

/** The same containers, brought up by this peer, which may know none but its own. They stay until the run ends. */
async function peerWay(session, peer) {
  const project = session.project();
  project.write('docker-compose.yml', talkersCompose(2, LINES));
  const ready = await bringUp(project, peer).catch((error) => error);
  const command = project.peer(peer, 'logs');
  return {
    name: `${peer.name} logs`,
    time: () => (ready instanceof Error ? Promise.reject(ready) : timeOf(piped(command))),
  };
}

async function bringUp(project, peer) {
  await runCommand(project.peer(peer, 'up', '-d'));
  if (peer.ownsContainers) return;
  const filters = encodeURIComponent(JSON.stringify({ label: [`${PROJECT_LABEL}=${project.name}`] }));
  const containers = await ask('GET', `/containers/json?all=1&filters=${filters}`);
  await Promise.all(containers.map(({ Id }) => ask('POST', `/containers/${Id}/wait`)));
}
