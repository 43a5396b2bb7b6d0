// Removes what a run has made on the engine, by the label that everybody here gives to it.
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './ask.mjs';

export const PROJECT_LABEL = 'com.docker.compose.project';
const LIMIT_MS = 120_000;
const BETWEEN_MS = 100;

/** Removes containers, networks and volumes of every project that `isMine`, and comes back when there are none. */
export async function removeProjects(isMine) {
  const until = Date.now() + LIMIT_MS;
  for (;;) {
    const removals = await findRemovals(isMine);
    if (removals.length === 0) return;
    if (Date.now() > until) throw new Error(`still there after ${LIMIT_MS / 1000} s: ${removals.join(', ')}`);
    // What fails is under removal already, is gone, or has something in it that goes now: the next look tells.
    const ends = await Promise.allSettled(removals.map((path) => ask('DELETE', path)));
    if (ends.some(({ status }) => status === 'rejected')) await sleep(BETWEEN_MS);
  }
}

/** Containers first; networks and volumes are looked at when nobody uses them any more. */
async function findRemovals(isMine) {
  const filters = `filters=${encodeURIComponent(JSON.stringify({ label: [PROJECT_LABEL] }))}`;
  const mine = ({ Labels }) => isMine(Labels[PROJECT_LABEL]);
  const containers = (await ask('GET', `/containers/json?all=1&${filters}`)).filter(mine);
  if (containers.length > 0) return containers.map(({ Id }) => `/containers/${Id}?force=1&v=1`);
  const networks = (await ask('GET', `/networks?${filters}`)).filter(mine);
  const { Volumes } = await ask('GET', `/volumes?${filters}`);
  return [
    ...networks.map(({ Id }) => `/networks/${Id}`),
    ...(Volumes ?? []).filter(mine).map(({ Name }) => `/volumes/${Name}`),
  ];
}
