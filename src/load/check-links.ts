import type { Link } from '../model/project.js';
import { didYouMean } from '../lib/did-you-mean.js';
import type { DraftService } from './fig.js';
import { placeOf } from './needs.js';
import type { Problems } from './problems.js';
import { quoted } from './words.js';

/** Looking for a near name takes time with the number of services; the first guesses are enough. */
const MOST_GUESSES = 20;

/** Tells targets of `links` and `volumes_from` that are no services, and links where no network carries them. */
export function checkLinks(services: readonly DraftService[], problems: Problems): void {
  const byName = new Map(services.map((service) => [service.name, service]));
  const names = [...byName.keys()];
  let guesses = 0;
  const guess = (name: string): string | undefined => (guesses++ < MOST_GUESSES ? didYouMean(name, names) : undefined);
  for (const service of services) {
    if (problems.isFull) return;
    const { links = [], externalLinks = [], volumesFrom = [] } = service.draft;
    for (const link of links) {
      const target = byName.get(link.target);
      if (target) checkTarget(link, service, target, problems);
      else tellUnknown(link, guess(link.target), problems);
    }
    for (const { value, at } of volumesFrom) {
      const near = byName.has(value.name) ? undefined : guess(value.name);
      if (near === undefined) continue;
      const message = `${quoted(value.name)} is no service; a container of that name is looked for`;
      problems.warning('unknown-service', message, at, `did you mean "${near}"?`);
    }
    if (links.length > 0) checkConsumer(service, 'links', problems);
    if (externalLinks.length > 0) checkConsumer(service, 'external_links', problems);
  }
}

function tellUnknown({ target, at }: Link, near: string | undefined, problems: Problems): void {
  const hint = near === undefined ? 'a container of another project takes "external_links"' : `did you mean "${near}"?`;
  problems.error('unknown-service', `there is no service ${quoted(target)}`, at, hint);
}

function checkTarget({ at }: Link, service: DraftService, target: DraftService, problems: Problems): void {
  const mode = netWithoutLinks(target);
  if (mode === undefined) {
    checkReach(at, service, target, problems);
    return;
  }
  const message = `${quoted(target.name)} cannot be linked to: it has "net: ${mode}"`;
  problems.error('bad-link', message, at, hintFor(mode, `remove "net" from ${quoted(target.name)}`));
}

/** The engine keeps its default bridge and the networks of projects apart: neither reaches the other. */
function checkReach(at: Link['at'], service: DraftService, target: DraftService, problems: Problems): void {
  const [onBridge, other] = isOnBridge(service) ? [service, target] : [target, service];
  if (!isOnBridge(onBridge) || isOnBridge(other) || netWithoutLinks(service) !== undefined) return;
  const message = `${quoted(service.name)} cannot reach ${quoted(target.name)}: only ${quoted(onBridge.name)} has "net: bridge"`;
  problems.error('bad-link', message, at, 'give both the same network: write "net: bridge" in both or in neither');
}

const isOnBridge = ({ draft: { net } }: DraftService): boolean => net?.kind === 'bridge';

function checkConsumer(service: DraftService, key: 'links' | 'external_links', problems: Problems): void {
  const mode = netWithoutLinks(service);
  if (mode === undefined) return;
  const message = `"${key}" cannot be used with "net: ${mode}"`;
  problems.error(
    'bad-link',
    message,
    service.entries.get(key)?.at ?? placeOf(service, key),
    hintFor(mode, 'remove one of the two'),
  );
}

const hintFor = (mode: string, otherwise: string): string =>
  mode.startsWith('container:')
    ? `links need a network of one's own; ${otherwise}`
    : `links need a network; ${otherwise}`;

function netWithoutLinks({ draft: { net } }: DraftService): string | undefined {
  if (!net || net.kind === 'bridge') return undefined;
  return net.kind === 'container' ? `container:${net.name}` : net.kind;
}
