import type { Milliseconds } from '../lib/units.js';
import { LABEL } from '../model/names.js';
import type { Observed, ObservedContainer } from '../model/observed.js';
import type { Plan, Reason, Step } from '../model/plan.js';
import type { Project } from '../model/project.js';
import { addRemovals, addStops, containersOf } from './plan-stop.js';
import { isJobMemory } from './leftovers.js';
import { networkRef, observedRef, plainPlan, StepList } from './steps.js';
import { isOneOff, serviceOf } from '../model/replica.js';
import { isUp } from './replicas.js';

export interface DownOptions {
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
export function planDown(project: Project, order: readonly string[], observed: Observed, options: DownOptions): Plan {
  const steps = new StepList('s');
  const ours = [...observed.containers.filter(isOneOff), ...containersOf(observed, order)];
  const orphans = observed.containers.filter((container) => !ours.includes(container));
  const going = options.removeOrphans ? [...ours, ...orphans] : ours;
  const before = addContainerRemovals(steps, project, { going, all: observed.containers }, options);
  if (options.removeOrphans || orphans.length === 0) addNetworkRemovals(steps, project, observed, before);
  for (const volume of observed.volumes.filter((each) => options.volumes || isJobMemory(each))) {
    steps.add({ kind: 'remove-volume', volume: volume.name }, ASKED, before);
  }
  for (const image of imagesToRemove(project, options)) steps.add({ kind: 'remove-image', image }, ASKED, before);
  return plainPlan(project.name, steps.steps);
}

interface Going {
  readonly going: readonly ObservedContainer[];
  readonly all: readonly ObservedContainer[];
}

/** Answers what the rest waits for. */
function addContainerRemovals(
  steps: StepList,
  project: Project,
  { going, all }: Going,
  { grace, volumes }: DownOptions,
): readonly Step[] {
  const inFile = going.filter((container) => !isOneOff(container) && project.services.has(serviceOf(container)));
  const others = going.filter((container) => !inFile.includes(container) && isUp(container));
  // One-offs use the services, so they go first.
  const first = others.map((container) =>
    steps.add({ kind: 'stop-container', container: observedRef(container), grace }, ASKED),
  );
  addStops(steps, project, inFile, { grace, after: first });
  addRemovals(steps, going, { volumes, all });
  return [...steps.steps];
}

/** Containers of others that were put on a network of the project for `external_links` are taken off it first. */
function addNetworkRemovals(steps: StepList, project: Project, observed: Observed, after: readonly Step[]): void {
  const own = observed.networks.filter(({ labels }) => labels[LABEL.project] === project.name);
  for (const network of own.map(networkRef)) {
    const connected = [...observed.externalContainers].filter(([, { networks }]) =>
      Object.hasOwn(networks, network.name),
    );
    const off = connected.map(([name, { id }]) =>
      steps.add({ kind: 'disconnect-network', network, container: { id, name, replica: null } }, ASKED),
    );
    steps.add({ kind: 'remove-network', network }, ASKED, [...after, ...off]);
  }
}

function imagesToRemove(project: Project, { images }: DownOptions): string[] {
  if (images === 'keep') return [];
  const sources = [...project.services.values()].map(({ source }) => source);
  return [...new Set(sources.filter(({ build }) => images === 'all' || build !== null).map(({ ref }) => ref))];
}
