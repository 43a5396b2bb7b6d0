import { timeOf } from '../lib/children.mjs';
import { composeFile, figFile, SHAPE_NAMES } from '../lib/files.mjs';

export const name = 'read';
export const about = 'reading, checking and ordering a file of 1, 1,000 and 10,000 services; planning 1,000';
export const targets = { 'tsfig config -q': { seconds: 1.5 }, planMs: 300 };

/** What nobody wants to wait for, and how long it took when somebody did (2 cores; docker compose 2.40, docker-compose 1.29). */
const TOO_LONG = {
  'docker compose': { chain: 'not tried: over 600 s' },
  'docker-compose': { tree: 'not tried: over 200 s', chain: 'not tried: its tree takes over 200 s' },
};
const LARGE = 10_000;
const PLANNED = 1000;

const written = (count) => count.toLocaleString('en');

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  await readOne(session, 1, 'wide');
  for (const count of [1000, LARGE]) for (const shape of ['tree', 'chain']) await readOne(session, count, shape);
  await planMany(session);
}

async function readOne(session, count, shape) {
  await session.with(async (project) => {
    project.write('fig.yml', figFile(count, shape));
    project.write('docker-compose.yml', composeFile(count, shape));
    const peers = session.peers.map((peer) => ({
      name: `${peer.name} config -q`,
      time: () => timeOf(project.peer(peer, 'config', '-q')),
      ...(count === LARGE && { skipped: TOO_LONG[peer.name]?.[shape] }),
    }));
    const own = { name: 'tsfig config -q', time: () => timeOf(project.tsfig('config', '-q')) };
    const title =
      count === 1 ? 'read, check and order 1 service' : `the same of ${written(count)} in ${SHAPE_NAMES[shape]}`;
    await session.compare(title, [own, ...peers], {
      rounds: session.rounds(5, 3),
      references: [own.name],
      targets: count === LARGE ? targets : {},
    });
  });
}

/** Planning alone is what `plan` takes beyond `config -q`: a request or two, and finding out that all is missing. */
async function planMany(session) {
  await session.with(async (project) => {
    project.write('fig.yml', figFile(PLANNED, 'tree'));
    const ways = [['config', '-q'], ['plan']].map((words) => ({
      name: `tsfig ${words.join(' ')}`,
      time: () => timeOf(project.tsfig(...words)),
    }));
    const title = `plan ${written(PLANNED)} services that are not there`;
    const { rows } = await session.compare(title, ways, {
      rounds: session.rounds(7, 3),
      references: [ways[0].name],
    });
    const [reading, planning] = rows.map(({ medianMs }) => medianMs ?? NaN);
    const value = Number((planning - reading).toFixed(0));
    session.facts(`${title}: without reading`, [{ name: 'the difference', value, unit: 'ms', most: targets.planMs }]);
  });
}
