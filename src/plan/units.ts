import { compareText } from '../lib/compare-text.js';
import { groupBy } from '../lib/group-by.js';
import { ownValue } from '../lib/own-value.js';
import { containerName, isReplacedName, LABEL } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Project, Service } from '../model/project.js';

/** One place of a service: its number, the name it gets, and what the engine has there. */
export interface Unit {
  readonly service: Service;
  readonly number: number;
  readonly name: string;
  /** The container that holds the place, under whatever name. */
  readonly current: ObservedContainer | null;
  /** What a replacement that was interrupted left behind. */
  readonly replaced: ObservedContainer | null;
  /** Further containers of the same number, which nobody should have made. */
  readonly strays: readonly ObservedContainer[];
}

/** Every service's places: those that are taken, those that `scale` adds, and at least one. */
export interface Units {
  readonly wanted: ReadonlyMap<string, readonly Unit[]>;
  /** Taken places beyond what `scale` wants, highest number first. */
  readonly surplus: readonly Unit[];
}

/** How many containers a service is to have. */
export type Scale = Readonly<Record<string, number>>;
/** Of services of which only some containers are meant, their numbers. */
export type Instances = Readonly<Record<string, readonly number[]>>;

export const isOneOff = ({ labels }: ObservedContainer): boolean => labels[LABEL.oneOff] === 'True';
export const serviceOf = ({ labels }: ObservedContainer): string => labels[LABEL.service] ?? '';
export const numberOf = ({ labels }: ObservedContainer): number => Number(labels[LABEL.number] ?? '0');

/** By service, and there by number, `web_2` before `web_10`; for `toSorted`. */
export const inPlaceOrder = (a: ObservedContainer, b: ObservedContainer): number =>
  compareText(serviceOf(a), serviceOf(b)) || numberOf(a) - numberOf(b) || compareText(a.name, b.name);

/** True for every state in which the container's processes live. */
export const isUp = ({ state }: ObservedContainer): boolean =>
  state === 'running' || state === 'paused' || state === 'restarting';

export function findUnits(
  project: Project,
  containers: readonly ObservedContainer[],
  { scale, instances = {} }: { readonly scale: Scale; readonly instances?: Instances },
): Units {
  const byService = groupBy(
    containers.filter((container) => !isOneOff(container) && container.state !== 'removing'),
    serviceOf,
  );
  const wanted = new Map<string, Unit[]>();
  const surplus: Unit[] = [];
  for (const service of project.services.values()) {
    const found = groupBy(byService.get(service.name) ?? [], numberOf);
    const taken = [...found.keys()].toSorted((a, b) => a - b);
    const only = ownValue(instances, service.name);
    const keep = only ? withNumbers(taken, only) : numbersToKeep(taken, ownValue(scale, service.name) ?? null);
    wanted.set(
      service.name,
      keep.map((number) => unitAt(project, service, number, found.get(number) ?? [])),
    );
    const over = taken.filter((number) => !keep.includes(number)).reverse();
    surplus.push(...over.map((number) => unitAt(project, service, number, found.get(number) ?? [])));
  }
  return { wanted, surplus };
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

function unitAt(project: Project, service: Service, number: number, found: readonly ObservedContainer[]): Unit {
  const name = service.containerName ?? containerName(project.name, service.name, number);
  const replaced = found.find((container) => isReplacedName(container.name)) ?? null;
  const rest = found
    .filter((container) => container !== replaced)
    .toSorted((a, b) => Number(b.name === name) - Number(a.name === name) || a.createdAt - b.createdAt);
  return { service, number, name, current: rest[0] ?? null, replaced, strays: rest.slice(1) };
}
