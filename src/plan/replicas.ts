import { compareText } from '../lib/compare-text.js';
import { groupBy } from '../lib/group-by.js';
import { ownValue } from '../lib/own-value.js';
import { containerName, isAsideName } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Project, Service } from '../model/project.js';
import { isOneOff, numberOf, serviceOf, type ReplicaId } from '../model/replica.js';

/** One place of a service: who is to be there, the name it gets, and what the engine has there. */
export interface Replica {
  readonly id: ReplicaId;
  readonly service: Service;
  readonly number: number;
  readonly name: string;
  /** The container that holds the place, under whatever name. */
  readonly current: ObservedContainer | null;
  /** One that was renamed so that another could take its place, and is still there. */
  readonly renamedAside: ObservedContainer | null;
  /** Further containers of the same number, which nobody should have made. */
  readonly duplicates: readonly ObservedContainer[];
}

/** Every service's places: those that are taken, those that `scale` adds, and at least one. */
export interface Replicas {
  readonly wanted: ReadonlyMap<string, readonly Replica[]>;
  /** Taken places beyond what `scale` wants, highest number first. */
  readonly excess: readonly Replica[];
}

/** How many containers a service is to have. */
export type Scale = Readonly<Record<string, number>>;
/** Of services of which only some containers are meant, their numbers. */
export type Instances = Readonly<Record<string, readonly number[]>>;

/** By service, and there by number, `web_2` before `web_10`; for `toSorted`. */
export const inPlaceOrder = (a: ObservedContainer, b: ObservedContainer): number =>
  compareText(serviceOf(a), serviceOf(b)) || numberOf(a) - numberOf(b) || compareText(a.name, b.name);

/** True for every state in which the container's processes live. */
export const isUp = ({ state }: Pick<ObservedContainer, 'state'>): boolean =>
  state === 'running' || state === 'paused' || state === 'restarting';

/** The name that a service's container of this number has when nothing is amiss. */
export const ownNameOf = (project: string, service: string, number: number, fixed: string | null = null): string =>
  fixed ?? containerName(project, service, number);

/** Whether a container of a service was renamed to make room for its replacement, which has not taken over yet. */
export function isRenamedAside(project: Project, container: ObservedContainer): boolean {
  const service = serviceOf(container);
  const fixed = project.services.get(service)?.containerName ?? null;
  return isAsideName(container.name, ownNameOf(project.name, service, numberOf(container), fixed));
}

export function findReplicas(
  project: Project,
  containers: readonly ObservedContainer[],
  { scale, instances = {} }: { readonly scale: Scale; readonly instances?: Instances },
): Replicas {
  const byService = groupBy(
    containers.filter((container) => !isOneOff(container) && container.state !== 'removing'),
    serviceOf,
  );
  const wanted = new Map<string, Replica[]>();
  const excess: Replica[] = [];
  for (const service of project.services.values()) {
    const found = groupBy(byService.get(service.name) ?? [], numberOf);
    const taken = [...found.keys()].toSorted((a, b) => a - b);
    const only = ownValue(instances, service.name);
    const keep = only ? withNumbers(taken, only) : numbersToKeep(taken, ownValue(scale, service.name) ?? null);
    wanted.set(
      service.name,
      keep.map((number) => replicaAt(project, service, number, found.get(number) ?? [])),
    );
    const over = taken.filter((number) => !keep.includes(number)).reverse();
    excess.push(...over.map((number) => replicaAt(project, service, number, found.get(number) ?? [])));
  }
  return { wanted, excess };
}

/** Numbers never drift: taken ones stay, new ones fill the lowest that are free, the highest go first (decisions 3). */
function numbersToKeep(taken: readonly number[], count: number | null): number[] {
  const wanted = count ?? Math.max(taken.length, 1);
  const keep = taken.slice(0, wanted);
  for (let number = 1; keep.length < wanted; number += 1) if (!keep.includes(number)) keep.push(number);
  return keep.toSorted((a, b) => a - b);
}

/** Places that are asked for by number are added to those that are taken; nothing else changes. */
const withNumbers = (taken: readonly number[], numbers: readonly number[]): number[] =>
  [...new Set([...taken, ...numbers])].toSorted((a, b) => a - b);

function replicaAt(project: Project, service: Service, number: number, found: readonly ObservedContainer[]): Replica {
  const id = { project: project.name, service: service.name, number, role: 'service', generation: 1 } as const;
  const name = ownNameOf(project.name, service.name, number, service.containerName);
  const renamedAside = found.find((container) => isAsideName(container.name, name)) ?? null;
  const rest = found
    .filter((container) => container !== renamedAside)
    .toSorted((a, b) => Number(b.name === name) - Number(a.name === name) || a.createdAt - b.createdAt);
  return { id, service, number, name, current: rest[0] ?? null, renamedAside, duplicates: rest.slice(1) };
}
