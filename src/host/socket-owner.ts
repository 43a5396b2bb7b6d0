import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Means the same as SIGTERM to a tsfig, however often it comes: two that ask at once must not look like a user who insists. */
const STOP_WISH = 'SIGUSR2';

/**
 * Asks the process that said it has this lock to stop, and answers whether it could. Anybody may listen on a name of
 * the abstract namespace and claim to be any process, and a pid may be another's in another namespace: so the kernel's
 * own tables must say that this very process has this very socket.
 */
export function stopSocketOwner(path: string, words: string): boolean {
  const pid = Number(/^pid (\d+),/.exec(words)?.[1]);
  if (!pid || !ownsSocket(pid, path)) return false;
  try {
    return process.kill(pid, STOP_WISH);
  } catch {
    return false; // it has ended, or belongs to another user
  }
}

/**
 * In /proc/net/unix the zero bytes of an abstract name are `@`: one before it, and with some versions of libuv many behind.
 * The inode in the column before it is what /proc/PID/fd links to.
 */
function ownsSocket(pid: number, path: string): boolean {
  try {
    const name = path.replace(/^\0/, '@');
    const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
    const inodes = lines.flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      return columns.at(-1)?.replace(/@+$/, '') === name ? [`socket:[${columns.at(-2)}]`] : [];
    });
    const descriptors = `/proc/${pid}/fd`;
    return readdirSync(descriptors).some((descriptor) => inodes.includes(linkOf(`${descriptors}/${descriptor}`)));
  } catch {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed since
  }
}
