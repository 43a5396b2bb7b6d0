import type { Milliseconds } from '../lib/units.js';
import { LABEL } from '../model/names.js';
import type { Observed, ObservedContainer } from '../model/observed.js';
import type { Plan, Reason, Step } from '../model/plan.js';
import type { Project } from '../model/project.js';
import { containersOf, planStop, removals } from './plan-stop.js';
import { isJobMemory } from './leftovers.js';
import * as steps from './steps.js';
import { isOneOff, isUp, serviceOf } from './replicas.js';

export interface DownWish {
  readonly volumes: boolean;
  readonly removeOrphans: boolean;
  /** `local`: images that were built under a name of ours; `all`: every image of the services. */
  readonly images: 'keep' | 'local' | 'all';
  readonly grace: Milliseconds | null;
}

const ASKED: Reason = { code: 'asked-for' };

/**
 * Takes everything of the project away, one-offs included: containers, then the network, then volumes and images.
 * `order` has the project's services in start order.
 */
export function planDown(project: Project, order: readonly string[], observed: Observed, wish: DownWish): Plan {
  const ours = [...observed.containers.filter(isOneOff), ...containersOf(observed, order)];
  const orphans = observed.containers.filter((container) => !ours.includes(container));
  const going = wish.removeOrphans ? [...ours, ...orphans] : ours;
  const all = removeContainers(project, { going, all: observed.containers }, wish);
  const emptied = wish.removeOrphans || orphans.length === 0;
  return {
    project: project.name,
    steps: [
      ...all,
      ...(emptied ? removeNetworks(project, observed, all) : []),
      ...observed.volumes
        .filter((volume) => wish.volumes || isJobMemory(volume))
        .map(({ name }) => steps.removeVolume(name, ASKED, all)),
      ...imagesToRemove(project, wish).map((ref) => steps.removeImage(ref, ASKED, all)),
    ],
    rescues: [],
    unchanged: [],
  };
}

function removeContainers(
  project: Project,
  { going, all }: { readonly going: readonly ObservedContainer[]; readonly all: readonly ObservedContainer[] },
  wish: DownWish,
): Step[] {
  const inFile = going.filter((container) => !isOneOff(container) && project.services.has(serviceOf(container)));
  const others = going.filter((container) => !inFile.includes(container) && isUp(container));
  // One-offs use the services, so they go first.
  const first = others.map(({ name }) => steps.stopContainer({ container: name, grace: wish.grace }, ASKED));
  const stops = planStop(project, inFile, wish.grace).steps.map((step) => ({
    ...step,
    needs: [...step.needs, ...first.map(({ id }) => id)],
  }));
  return [...first, ...stops, ...removals(going, { volumes: wish.volumes, after: [...first, ...stops], all })];
}

/** Containers of others that were put on a network of the project for `external_links` are taken off it first. */
function removeNetworks(project: Project, observed: Observed, after: readonly Step[]): Step[] {
  const own = observed.networks.filter(({ labels }) => labels[LABEL.project] === project.name);
  return own.flatMap(({ name }) => {
    const externalAddresses = [...observed.externalContainers].filter(([, { networks }]) =>
      Object.hasOwn(networks, name),
    );
    const off = externalAddresses.map(([container]) => steps.disconnectNetwork(name, container, ASKED));
    return [...off, steps.removeNetwork(name, ASKED, [...after, ...off])];
  });
}

function imagesToRemove(project: Project, { images }: DownWish): string[] {
  if (images === 'keep') return [];
  const sources = [...project.services.values()].map(({ source }) => source);
  return [...new Set(sources.filter(({ kind }) => images === 'all' || kind === 'build').map(({ ref }) => ref))];
}
