import type { Milliseconds } from '../lib/units.js';
import type { Observed, ObservedContainer } from '../model/observed.js';
import type { Plan, Reason, Step } from '../model/plan.js';
import type { Project } from '../model/project.js';
import * as steps from './steps.js';
import { isOneOff, isUp, serviceOf } from './units.js';

const ASKED: Reason = { code: 'asked-for' };

/** The containers of these services, in start order and by number; one-offs are left out. */
export function containersOf(observed: Pick<Observed, 'containers'>, services: readonly string[]): ObservedContainer[] {
  const place = new Map(services.map((name, index) => [name, index]));
  return observed.containers
    .filter((container) => !isOneOff(container) && place.has(serviceOf(container)))
    .toSorted(
      (a, b) =>
        (place.get(serviceOf(a)) ?? 0) - (place.get(serviceOf(b)) ?? 0) ||
        a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
}

const planOf = (project: Project, all: readonly Step[]): Plan => ({
  project: project.name,
  steps: all,
  rescues: [],
  unchanged: [],
});

/** One step a container, each after the steps of those that need it (`reverse`) or that it needs. */
function inOrder(
  project: Project,
  containers: readonly ObservedContainer[],
  {
    reverse,
    toStep,
  }: { readonly reverse: boolean; readonly toStep: (container: ObservedContainer, needs: readonly string[]) => Step },
): Step[] {
  const before = neighbours(project, reverse);
  const made = new Map<string, string[]>();
  const queue = reverse ? containers.toReversed() : containers;
  return queue.map((container) => {
    const service = serviceOf(container);
    const needs = (before.get(service) ?? []).flatMap((name) => made.get(name) ?? []);
    const step = toStep(container, needs);
    made.set(service, [...(made.get(service) ?? []), step.id]);
    return step;
  });
}

/** What each service needs, or with `reverse` who needs it. */
function neighbours(project: Project, reverse: boolean): Map<string, string[]> {
  const found = new Map<string, string[]>([...project.services.keys()].map((name) => [name, []]));
  for (const { name, needs } of project.services.values()) {
    for (const { on } of needs) found.get(reverse ? on : name)?.push(reverse ? name : on);
  }
  return found;
}

/** Stops those that run, those that need others first. */
export function planStop(project: Project, containers: readonly ObservedContainer[], grace: Milliseconds | null): Plan {
  const toStep = ({ name }: ObservedContainer, needs: readonly string[]): Step =>
    steps.stopContainer({ container: name, grace }, ASKED, needs);
  return planOf(project, inOrder(project, containers.filter(isUp), { reverse: true, toStep }));
}

/** Starts those that do not run, those that are needed first. */
export function planStart(project: Project, containers: readonly ObservedContainer[]): Plan {
  const toStep = ({ name, state }: ObservedContainer, needs: readonly string[]): Step =>
    steps.startContainer(name, { code: 'not-running', state }, needs);
  const stopped = containers.filter((container) => !isUp(container));
  return planOf(project, inOrder(project, stopped, { reverse: false, toStep }));
}

/** Restarts all of them, stopped ones included, those that are needed first. */
export function planRestart(
  project: Project,
  containers: readonly ObservedContainer[],
  grace: Milliseconds | null,
): Plan {
  const toStep = ({ name }: ObservedContainer, needs: readonly string[]): Step =>
    steps.restartContainer({ container: name, grace }, ASKED, needs);
  return planOf(project, inOrder(project, containers, { reverse: false, toStep }));
}

export function planKill(project: Project, containers: readonly ObservedContainer[], signal: string): Plan {
  const toStep = ({ name }: ObservedContainer, needs: readonly string[]): Step =>
    steps.killContainer(name, signal, ASKED, needs);
  return planOf(project, inOrder(project, containers.filter(isUp), { reverse: true, toStep }));
}

/** Removes them all; those that run are stopped first when `stop` says so, and left alone otherwise. */
export function planRemove(
  project: Project,
  containers: readonly ObservedContainer[],
  { stop, volumes }: { readonly stop: boolean; readonly volumes: boolean },
): Plan {
  const stops = stop ? planStop(project, containers, null).steps : [];
  const stopOf = new Map(
    stops.flatMap((step) => (step.kind === 'stop-container' ? [[step.container, step] as const] : [])),
  );
  const gone = containers.filter((container) => stop || !isUp(container));
  const removals = gone.flatMap((container) => removal(container, { volumes, after: stopOf.get(container.name) }));
  return planOf(project, [...stops, ...removals]);
}

/** How the engine names a volume that nobody named; one carried over to a new container counts as named to it. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/** Removes a container, and with `volumes` the anonymous volumes that it took over from its predecessor as well. */
export function removal(
  { name, mounts }: ObservedContainer,
  { volumes, after }: { readonly volumes: boolean; readonly after: Step | undefined },
): Step[] {
  const remove = steps.removeContainer({ container: name, volumes }, ASKED, [after]);
  const carried = volumes
    ? mounts.flatMap(({ volume }) => (volume !== null && ANONYMOUS.test(volume) ? [volume] : []))
    : [];
  return [remove, ...carried.map((volume) => steps.removeVolume(volume, ASKED, [remove]))];
}
