import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Means the same as SIGTERM to a tsfig, however often it comes: two that ask at once must not look like a user who insists. */
const STOP_WISH = 'SIGUSR2';

/**
 * Asks the process that is said to listen on this socket to stop, and answers whether it could. In another PID namespace
 * its number is that of some other process: so the kernel's own tables must say that this very process has this very socket.
 */
export function stopSocketOwner(path: string, pid: number): boolean {
  try {
    return ownsSocket(pid, path) && process.kill(pid, STOP_WISH);
  } catch {
    return false; // it has ended, or belongs to another user
  }
}

/** The inode in the column before the path is what /proc/PID/fd links to. Throws what the system says. */
function ownsSocket(pid: number, path: string): boolean {
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
  const inodes = lines.flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    return columns.at(-1) === path ? [`socket:[${columns.at(-2)}]`] : [];
  });
  const descriptors = `/proc/${pid}/fd`;
  return readdirSync(descriptors).some((descriptor) => inodes.includes(linkOf(`${descriptors}/${descriptor}`)));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed since
  }
}
