import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces, release } from 'node:os';
import type { Routes } from './host.js';

/** What this machine's kernel says of its routes; on a machine without /proc only its own interfaces are known. */
export const realRoutes: Routes = {
  hostname: hostname(),
  kernel: release(),
  taken: () => [...kernelRoutes(), ...interfaces(), ...nameServers()],
};

const readLines = (path: string): string[] => {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return []; // not Linux, or not allowed: the other sources have to do
  }
};

/** /proc/net/route has destination and mask as little-endian hexadecimal (proc(5)); the default route is no range. */
function kernelRoutes(): string[] {
  return readLines('/proc/net/route')
    .slice(1)
    .flatMap((line) => {
      const [, destination, , , , , , mask] = line.split('\t');
      if (!destination || !mask || /^0+$/.test(mask)) return [];
      const bits = [...littleEndian(mask)].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
      return [`${littleEndian(destination).join('.')}/${bits}`];
    });
}

const littleEndian = (hex: string): number[] => [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

const interfaces = (): string[] =>
  Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).flatMap(({ family, cidr }) => (family === 'IPv4' && cidr !== null ? [cidr] : [])),
  );

/** A name server inside a new network's range would not be reached any more; the engine avoids them for the same reason. */
const nameServers = (): string[] =>
  readLines('/etc/resolv.conf').flatMap((line) => /^nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/.exec(line)?.[1] ?? []);
