import { ownValue } from '../lib/own-value.js';
import { seconds } from '../lib/units.js';
import type { Project, Service } from '../model/project.js';
import { nameOf, type Unit, type UnitNeed } from './deployment.js';

export interface UnitsWish {
  /** The services to have units, in start order. */
  readonly services: readonly string[];
  /** Of services that have a unit for each of some containers, their numbers. */
  readonly instances: Readonly<Record<string, readonly number[]>>;
  /** Services that are jobs, beside those that the file calls so. */
  readonly once: readonly string[];
}

/** As the engine has it where nothing is said. */
const ENGINES_GRACE = seconds(10);

/** The units of these services, each after what it needs. */
export function planUnits(project: Project, wish: UnitsWish): Unit[] {
  const isJob = ({ name, once }: Service): boolean => once || wish.once.includes(name);
  const services = wish.services.flatMap((name) => project.services.get(name) ?? []);
  const running = new Set(services.filter((service) => !isJob(service)).map(({ name }) => name));
  return services.flatMap((service) => {
    const numbers = ownValue(wish.instances, service.name) ?? [null];
    const needs = needsOf(service, { project, wish, running });
    return numbers.map((number): Unit => {
      const named = { service: service.name, number };
      return {
        ...named,
        name: unitName(project, nameOf(named)),
        kind: isJob(service) ? 'job' : 'service',
        needs,
        noDeps: service.needs.every(({ on }) => running.has(on)),
        grace: service.stopGrace ?? ENGINES_GRACE,
        isDoneWithZero: service.restart.name === 'on-failure',
      };
    });
  });
}

const unitName = (project: Project, named: string): string => `${project.name}-${named}`;

interface Around {
  readonly project: Project;
  readonly wish: UnitsWish;
  /** Services, not jobs, that have units. */
  readonly running: ReadonlySet<string>;
}

/** What has a unit of its own is expressed as the supervisor expresses it; the rest is left to tsfig. */
function needsOf({ needs }: Service, { project, wish, running }: Around): UnitNeed[] {
  const sharing = new Map<string, boolean>();
  for (const { on, shares } of needs) sharing.set(on, (sharing.get(on) ?? false) || shares !== null);
  return [...sharing].flatMap(([on, isBound]) => {
    if (!running.has(on)) return [];
    return (ownValue(wish.instances, on) ?? [null]).map((number) => {
      const named = nameOf({ service: on, number });
      return { unit: unitName(project, named), named, isBound };
    });
  });
}
