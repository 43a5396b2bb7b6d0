// Removes what a run has made on the engine, by the label that everybody here gives to it.
import { setTimeout as sleep } from 'node:timers/promises';
import { agentFor, ask } from './ask.mjs';

export const PROJECT_LABEL = 'com.docker.compose.project';
const LIMIT_MS = 120_000;
const BETWEEN_MS = 200;
/**
 * Engines up to at least 20.10 sometimes count an endpoint too many when many containers of a network come and go at once;
 * such a network cannot be removed before the engine is restarted (moby/moby#42119, seen here with 100 containers).
 */
const MISCOUNTED = 'has active endpoints';
const MISCOUNTED_TRIES = 10;
/** At a time: no slower than more on 2 cores, and kinder to the count above. */
const agent = agentFor(4);

/**
 * Removes containers, networks and volumes of every project that `isMine`, and comes back when there are none. Answers the
 * names of networks that the engine cannot remove; throws when anything else stays.
 * @param {(project: string) => boolean} isMine
 * @returns {Promise<string[]>}
 */
export async function removeProjects(isMine) {
  const until = Date.now() + LIMIT_MS;
  for (let miscounted = 0; ;) {
    const there = await listMine(isMine);
    if (there.length === 0) return [];
    // What fails is under removal already, is gone, or has something in it that goes now: the next look tells.
    const ends = await Promise.allSettled(there.map(({ path }) => ask('DELETE', path, { agent })));
    const failures = ends.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
    if (failures.length === 0) continue;
    const isStuck = failures.length === there.length && failures.every((message) => message.includes(MISCOUNTED));
    miscounted = isStuck ? miscounted + 1 : 0;
    if (miscounted === MISCOUNTED_TRIES) return there.map(({ name }) => name);
    if (Date.now() > until) throw new Error(`still there after ${LIMIT_MS / 1000} s: ${failures.join('; ')}`);
    await sleep(BETWEEN_MS);
  }
}

/** Containers first; networks and volumes are looked at when nobody uses them any more. */
async function listMine(isMine) {
  const filters = `filters=${encodeURIComponent(JSON.stringify({ label: [PROJECT_LABEL] }))}`;
  const mine = ({ Labels }) => isMine(Labels[PROJECT_LABEL]);
  const containers = (await ask('GET', `/containers/json?all=1&${filters}`)).filter(mine);
  if (containers.length > 0) {
    return containers.map(({ Id, Names }) => ({ name: Names[0], path: `/containers/${Id}?force=1&v=1` }));
  }
  const networks = (await ask('GET', `/networks?${filters}`)).filter(mine);
  const { Volumes } = await ask('GET', `/volumes?${filters}`);
  return [
    ...networks.map(({ Id, Name }) => ({ name: Name, path: `/networks/${Id}` })),
    ...(Volumes ?? []).filter(mine).map(({ Name }) => ({ name: Name, path: `/volumes/${Name}` })),
  ];
}
