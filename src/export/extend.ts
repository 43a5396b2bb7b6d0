import { ownValue } from '../lib/own-value.js';
import type { UnitsWish } from './plan-units.js';
import type { Listed } from './units-list.js';

/** What a command that names some services makes of a folder that has units of others too. */
export interface Extended {
  /** All that have units then: those of the others are needed to say who waits for whom. */
  readonly wish: UnitsWish;
  /** Whose units are compared and written, and how. */
  readonly written: readonly Omit<Listed, 'paths'>[];
  /** Whose units stay as they are. */
  readonly resting: readonly Listed[];
}

export interface Around {
  /** The services that were named, as against those that the wish has because they are needed. */
  readonly named: readonly string[];
  /** What has units already and may keep them. */
  readonly before: readonly Listed[];
  /** What each service needs, in start order. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
}

/**
 * What is named gets the units that the command says; what is only needed keeps those that it has. Who waits for
 * something whose units are called otherwise now is written again too, or it would wait for what is gone.
 */
export function extendWish(asked: UnitsWish, { named, before, needs }: Around): Extended {
  const kept = before.filter(({ service }) => !named.includes(service));
  const numbered = kept.filter(({ numbers }) => numbers.length > 0);
  const instances = {
    ...Object.fromEntries(numbered.map(({ service, numbers }) => [service, numbers])),
    ...asked.instances,
  };
  const once = [...asked.once, ...kept.filter((listed) => listed.once).map(({ service }) => service)];
  const shapeOf = (service: string) => ({
    service,
    numbers: ownValue(instances, service) ?? [],
    once: once.includes(service),
  });
  const had = new Map(before.map((listed) => [listed.service, listed]));
  const isNew = (service: string): boolean =>
    asked.services.includes(service) && !isAlike(shapeOf(service), had.get(service));
  const isWritten = (service: string): boolean =>
    asked.services.includes(service) || (had.has(service) && (needs.get(service) ?? []).some(isNew));
  const services = [...needs.keys()].filter((name) => asked.services.includes(name) || had.has(name));
  return {
    wish: { services, instances, once },
    written: services.filter(isWritten).map(shapeOf),
    resting: before.filter(({ service }) => !isWritten(service)),
  };
}

type Shape = Omit<Listed, 'service' | 'paths'>;
const isAlike = (one: Shape, other: Shape | undefined): boolean =>
  other !== undefined && one.once === other.once && one.numbers.join(' ') === other.numbers.join(' ');
