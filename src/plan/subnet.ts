import type { NetworkSpec } from '../model/container-spec.js';
import type { AddressSpace, ObservedNetwork } from '../model/observed.js';
import { numberToAddress, overlaps, readRange, type Range } from './ipv4.js';

/**
 * A range for a new network: the first of the engine's own pools that overlaps neither another network nor anything the
 * host reaches by other ways. Null when none is left.
 *
 * The engine keeps fixed addresses only in a subnet that it was given (seen on 20.10 and 28.5), so tsfig gives one; it
 * costs nothing, where letting the engine choose and then pinning its choice costs a second network.
 */
export function chooseSubnet(space: AddressSpace, networks: readonly ObservedNetwork[]): string | null {
  const taken = [...networks.flatMap(({ subnets }) => subnets), ...space.taken].flatMap(
    (cidr) => readRange(cidr) ?? [],
  );
  for (const pool of space.pools) {
    const range = readRange(pool.base);
    const free = range && firstFree(range, pool.size, taken);
    if (free) return free;
  }
  return null;
}

function firstFree(pool: Range, size: number, taken: readonly Range[]): string | null {
  const length = 2 ** (32 - size);
  for (let from = pool.from; from + length - 1 <= pool.to; from += length) {
    if (!taken.some((range) => overlaps(range, { from, to: from + length - 1 }))) {
      return `${numberToAddress(from)}/${size}`;
    }
  }
  return null;
}

/** How the addresses of a subnet are used. */
export interface SubnetLayout {
  readonly gateway: string;
  /** Where fixed addresses lie: the lower half, without the network's own address and the gateway. */
  readonly fixed: Range;
  /** Where the engine picks: the upper half. It hands addresses out in turn, so that a job that runs every few seconds comes round to every one of them. */
  readonly dynamic: string;
}

export function layOut(subnet: string): SubnetLayout | null {
  const range = readRange(subnet);
  const size = Number(subnet.split('/')[1]);
  if (!range || !(size <= 28)) return null;
  const half = (range.to - range.from + 1) / 2;
  return {
    gateway: numberToAddress(range.from + 1),
    fixed: { from: range.from + 2, to: range.from + half - 1 },
    dynamic: `${numberToAddress(range.from + half)}/${size + 1}`,
  };
}

export function networkSpec(
  name: string,
  subnet: string,
  space: AddressSpace,
  labels: NetworkSpec['labels'],
): NetworkSpec {
  const layout = layOut(subnet);
  return {
    name,
    subnet,
    gateway: layout?.gateway ?? null,
    dynamicRange: space.rangeKeepsFixed ? (layout?.dynamic ?? null) : null,
    labels,
  };
}
