// Other programs that bring up a project from a file: those that are on the PATH.
import { run } from './children.mjs';

/**
 * `ownsContainers`: nobody else can remove them. `envForMany`: what it needs to be told to bring up more than about 60.
 * @typedef {{
 *   name: string, program: string, first: string[], version: string,
 *   ownsContainers?: boolean, envForMany?: Record<string, string>,
 * }} Peer
 */

const KNOWN = [
  { name: 'docker compose', program: 'docker', first: ['compose'] },
  // Its threads wait for each other for good when there are more containers than its limit of 64 (docker/compose#7486); seen
  // in 7 of 10 runs with 100.
  { name: 'docker-compose', program: 'docker-compose', first: [], envForMany: { COMPOSE_PARALLEL_LIMIT: '1000' } },
  { name: 'podman-compose', program: 'podman-compose', first: [], ownsContainers: true },
];

/** @returns {Promise<Peer[]>} */
export async function findPeers() {
  const found = await Promise.all(
    KNOWN.map(async (peer) => {
      const version = await versionOf(peer).catch(() => null);
      return version === null ? [] : [{ ...peer, version }];
    }),
  );
  return found.flat();
}

async function versionOf({ program, first }) {
  const { stdout } = await run({ program, args: [...first, 'version', '--short'] }, { keep: true, limit: 20_000 });
  return stdout.trim().split('\n').at(-1);
}
