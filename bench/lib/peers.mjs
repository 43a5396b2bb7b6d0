// Other programs that bring up a project from a file: those that are on the PATH.
import { run } from './children.mjs';

/** @typedef {{ name: string, program: string, first: string[], version: string, ownsContainers: boolean }} Peer */

const KNOWN = [
  { name: 'docker compose', program: 'docker', first: ['compose'], ownsContainers: false },
  { name: 'docker-compose', program: 'docker-compose', first: [], ownsContainers: false },
  // Its containers are Podman's: nobody but itself can remove them.
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
