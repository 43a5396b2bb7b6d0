import type { NetworkSpec } from '../../src/model/container-spec.js';
import { TsfigError } from '../../src/model/errors.js';
import type { ObservedNetwork } from '../../src/model/observed.js';

/** The networks every engine has. */
export const BUILT_IN: readonly ObservedNetwork[] = ['bridge', 'host', 'none'].map((name) => ({
  id: `net-${name}`,
  name,
  driver: name === 'none' ? 'null' : name,
  labels: {},
  subnets: name === 'bridge' ? ['172.17.0.0/16'] : [],
  dynamicRanges: [],
  gateways: name === 'bridge' ? ['172.17.0.1'] : [],
}));

/** A new network beside `others`. Throws `name-taken` and `subnet-taken`. */
export function makeNetwork(spec: NetworkSpec, others: readonly ObservedNetwork[], id: string): ObservedNetwork {
  if (others.some(({ name }) => name === spec.name)) {
    throw new TsfigError('name-taken', `cannot create network ${spec.name}: it already exists`);
  }
  const taken = others.flatMap(({ subnets }) => subnets);
  const subnet = spec.subnet ?? freeSubnet(taken);
  if (taken.some((other) => overlap(other, subnet))) {
    throw new TsfigError('subnet-taken', `cannot create network ${spec.name}: pool overlaps with other one`);
  }
  return {
    id,
    name: spec.name,
    driver: 'bridge',
    labels: spec.labels,
    subnets: [subnet],
    dynamicRanges: spec.dynamicRange === null ? [] : [spec.dynamicRange],
    gateways: [spec.gateway ?? toText(rangeOf(subnet).first + 1)],
  };
}

function freeSubnet(taken: readonly string[]): string {
  for (let second = 18; second < 32; second += 1) {
    const subnet = `172.${second}.0.0/16`;
    if (!taken.some((other) => overlap(other, subnet))) return subnet;
  }
  throw new TsfigError('engine-refused', 'could not find an available, non-overlapping IPv4 address pool');
}

/** The lowest address of the network's dynamic range that nobody has. */
export function freeAddress(network: ObservedNetwork, used: readonly (string | null)[]): string | null {
  const range = network.dynamicRanges[0] ?? network.subnets[0];
  if (range === undefined) return null;
  const { first, last } = rangeOf(range);
  for (let at = Math.max(first, rangeOf(network.subnets[0] ?? range).first + 2); at < last; at += 1) {
    const address = toText(at);
    if (!used.includes(address) && !network.gateways.includes(address)) return address;
  }
  throw new TsfigError('address-taken', `no available address on ${network.name}`);
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a.first <= b.last && b.first <= a.last;
}

function rangeOf(cidr: string): { readonly first: number; readonly last: number } {
  const [address = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = Math.floor(number / size) * size;
  return { first, last: first + size - 1 };
}

const toText = (number: number): string => [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');
