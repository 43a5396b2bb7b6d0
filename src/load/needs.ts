import type { Span } from '../model/diagnostic.js';
import type { Dependency } from '../model/project.js';
import type { DraftService } from './fig.js';

const SHARES = { links: null, volumes_from: 'volumes', net: 'network' } as const;

/** What a service needs of others, in the order of its keys. What names no service is left out. */
export function needsOf(service: DraftService, names: ReadonlySet<string>): readonly Dependency[] {
  const { links = [], volumesFrom = [], net } = service.draft;
  const needs: Dependency[] = [];
  const add = (on: string, because: Dependency['because'], at: Span): void => {
    if (names.has(on)) needs.push({ on, because, until: 'healthy', shares: SHARES[because], at });
  };
  for (const { target, at } of links) add(target, 'links', at);
  for (const { value, at } of volumesFrom) add(value.name, 'volumes_from', at);
  if (net?.kind === 'container' && net.name !== service.name) add(net.name, 'net', placeOf(service, 'net'));
  return needs;
}

/** Where the value of a key stands, or the service where the key is not written. */
export const placeOf = ({ entries, at }: DraftService, key: string): Span => entries.get(key)?.value.at ?? at;
