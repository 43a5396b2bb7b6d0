import { groupBy } from '../lib/group-by.js';
import type { ContainerSpec } from '../model/container-spec.js';
import type { ObservedContainer } from '../model/observed.js';
import { isUp } from './replicas.js';

/** What only one container of an engine can have at a time. */
export type Claim =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'port'; readonly ip: string | null; readonly port: number; readonly protocol: string }
  | { readonly kind: 'address'; readonly network: string; readonly address: string };

/** One container of a plan: what it gives up there, and what it is to have. */
export interface Party<T> {
  readonly subject: T;
  /** Null for one that is new. What is not given up in this plan is not among it. */
  readonly givesUp: readonly Claim[];
  readonly wants: readonly Claim[];
}

/** `from` gives up what `to` is to have. */
export interface HandOver<T> {
  readonly from: T;
  readonly to: T;
  /** A name is free when its container was renamed or removed; ports and addresses are, when it has stopped. */
  readonly what: 'name' | 'running';
}

/** Who hands something to whom. */
export function findHandOvers<T>(parties: readonly Party<T>[]): HandOver<T>[] {
  const held = parties.flatMap(({ subject, givesUp }) => givesUp.map((claim) => ({ subject, claim })));
  if (held.length === 0) return [];
  const holders = groupBy(held, ({ claim }) => keyOf(claim));
  return parties.flatMap(({ subject, wants }) =>
    wants.flatMap((wanted) =>
      (holders.get(keyOf(wanted)) ?? [])
        .filter((holder) => holder.subject !== subject && collide(holder.claim, wanted))
        .map((holder) => ({
          from: holder.subject,
          to: subject,
          what: wanted.kind === 'name' ? ('name' as const) : ('running' as const),
        })),
    ),
  );
}

/** Those that hand something to each other, directly or by way of others; every subject in at most one group of two or more. */
export function connected<T>(handOvers: readonly HandOver<T>[]): T[][] {
  const near = new Map<T, T[]>();
  for (const { from, to } of handOvers) {
    near.set(from, [...(near.get(from) ?? []), to]);
    near.set(to, [...(near.get(to) ?? []), from]);
  }
  const seen = new Set<T>();
  return [...near.keys()].flatMap((start) => {
    if (seen.has(start)) return [];
    const group: T[] = [];
    const waiting = [start];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      group.push(next);
      waiting.push(...(near.get(next) ?? []));
    }
    return [group];
  });
}

/** One of each circle in which every one waits for the next one's name: it has to go by way of another name. */
export function breakCircles<T>(handOvers: readonly HandOver<T>[]): Set<T> {
  const waitsFor = new Map(handOvers.map(({ from, to }) => [to, from]));
  const breakers = new Set<T>();
  const settled = new Set<T>();
  for (const start of waitsFor.keys()) {
    const path = new Set<T>();
    for (let at: T | undefined = start; at !== undefined && !settled.has(at); at = waitsFor.get(at)) {
      if (path.has(at)) {
        breakers.add(at);
        break;
      }
      path.add(at);
    }
    for (const each of path) settled.add(each);
  }
  return breakers;
}

/** What a container has while it runs; nothing otherwise. */
export function claimsOf(container: ObservedContainer): Claim[] {
  if (!isUp(container)) return [];
  const ports = container.ports.flatMap(({ hostIp, hostPort, protocol }) =>
    hostPort === null ? [] : [{ kind: 'port', ip: hostIp, port: hostPort, protocol } as const],
  );
  const addresses = Object.entries(container.networks).flatMap(([network, { address, fixed }]) => {
    const held = fixed ?? address;
    return held === null ? [] : [{ kind: 'address', network, address: held } as const];
  });
  return [...ports, ...addresses];
}

/** What a container needs to be free when it starts. */
export function claimsFor({ ports, network }: ContainerSpec): Claim[] {
  const wanted = ports.flatMap(({ hostIp, hostPort, protocol }) =>
    hostPort === null ? [] : [{ kind: 'port', ip: hostIp, port: hostPort, protocol } as const],
  );
  const address = network.kind === 'network' ? network.address : null;
  return network.kind === 'network' && address !== null
    ? [...wanted, { kind: 'address', network: network.name, address }]
    : wanted;
}

function keyOf(claim: Claim): string {
  switch (claim.kind) {
    case 'name':
      return `name ${claim.name}`;
    case 'port':
      return `port ${claim.port}/${claim.protocol}`;
    case 'address':
      return `address ${claim.network} ${claim.address}`;
  }
}

/** A port on every address of the host is in the way of the same port on one of them. */
function collide(a: Claim, b: Claim): boolean {
  if (a.kind !== 'port' || b.kind !== 'port') return true;
  return isEvery(a.ip) || isEvery(b.ip) || a.ip === b.ip;
}

const isEvery = (ip: string | null): boolean => ip === null || ip === '0.0.0.0' || ip === '::';
