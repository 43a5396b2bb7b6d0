import type { Milliseconds } from '../lib/units.js';
import { isReplacedName } from '../model/names.js';
import type { Observed, ObservedContainer } from '../model/observed.js';
import type { Plan, Reason, Step } from '../model/plan.js';
import type { Project } from '../model/project.js';
import * as steps from './steps.js';
import { inPlaceOrder, isOneOff, isUp, numberOf, serviceOf } from './replicas.js';

const ASKED: Reason = { code: 'asked-for' };

/** The containers of these services, in start order and by number; one-offs are left out. */
export function containersOf(observed: Pick<Observed, 'containers'>, services: readonly string[]): ObservedContainer[] {
  const place = new Map(services.map((name, index) => [name, index]));
  return observed.containers
    .filter((container) => !isOneOff(container) && place.has(serviceOf(container)))
    .toSorted((a, b) => (place.get(serviceOf(a)) ?? 0) - (place.get(serviceOf(b)) ?? 0) || inPlaceOrder(a, b));
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
  const before = neighbours(project, new Set(containers.map(serviceOf)), reverse);
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

/** What each of the services present needs, or with `reverse` who needs it, also by way of services that are not present. */
function neighbours(project: Project, present: ReadonlySet<string>, reverse: boolean): Map<string, string[]> {
  const near = new Map<string, string[]>([...project.services.keys()].map((name) => [name, []]));
  for (const { name, needs } of project.services.values()) {
    for (const { on } of needs) near.get(reverse ? on : name)?.push(reverse ? name : on);
  }
  const reach = (from: string): string[] => {
    const found = new Set<string>();
    const waiting = [...(near.get(from) ?? [])];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (found.has(name)) continue;
      found.add(name);
      if (!present.has(name)) waiting.push(...(near.get(name) ?? []));
    }
    return [...found];
  };
  return new Map([...present].map((name) => [name, reach(name)]));
}

/** Stops those that run, those that need others first. */
export function planStop(project: Project, containers: readonly ObservedContainer[], grace: Milliseconds | null): Plan {
  const toStep = ({ name }: ObservedContainer, needs: readonly string[]): Step =>
    steps.stopContainer({ container: name, grace }, ASKED, needs);
  return planOf(project, inOrder(project, containers.filter(isUp), { reverse: true, toStep }));
}

/** A container that is being replaced is not started beside the one that takes its place. */
const withoutReplaced = (containers: readonly ObservedContainer[]): ObservedContainer[] =>
  containers.filter(
    (container) =>
      !isReplacedName(container.name) ||
      !containers.some(
        (other) =>
          other !== container && serviceOf(other) === serviceOf(container) && numberOf(other) === numberOf(container),
      ),
  );

/** Starts those that do not run, those that are needed first. */
export function planStart(project: Project, containers: readonly ObservedContainer[]): Plan {
  const toStep = ({ name, state }: ObservedContainer, needs: readonly string[]): Step =>
    steps.startContainer(name, { code: 'not-running', state }, needs);
  const stopped = withoutReplaced(containers).filter((container) => !isUp(container));
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
  return planOf(project, inOrder(project, withoutReplaced(containers), { reverse: false, toStep }));
}

export function planKill(project: Project, containers: readonly ObservedContainer[], signal: string): Plan {
  const toStep = ({ name }: ObservedContainer, needs: readonly string[]): Step =>
    steps.killContainer(name, signal, ASKED, needs);
  return planOf(project, inOrder(project, containers.filter(isUp), { reverse: true, toStep }));
}

/**
 * Removes them all; those that run are stopped first when `stop` says so, and left alone otherwise. `volumes`: what
 * nobody named goes with them, as far as no container of `all` that stays uses it.
 */
export function planRemove(
  project: Project,
  containers: readonly ObservedContainer[],
  {
    stop,
    volumes,
    all,
  }: { readonly stop: boolean; readonly volumes: boolean; readonly all: readonly ObservedContainer[] },
): Plan {
  const stops = stop ? planStop(project, containers, null).steps : [];
  const gone = containers.filter((container) => stop || !isUp(container));
  return planOf(project, [...stops, ...removals(gone, { volumes, after: stops, all })]);
}

/** How the engine names a volume that nobody named; one carried over to a new container counts as named to it. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

interface Removal {
  readonly volumes: boolean;
  /** The steps that stop them. */
  readonly after: readonly Step[];
  /** Every container there is. */
  readonly all: readonly ObservedContainer[];
}

/** Removes containers, then with `volumes` the anonymous volumes that they were given by a predecessor or took from another. */
export function removals(gone: readonly ObservedContainer[], { volumes, after, all }: Removal): Step[] {
  const stopOf = new Map(
    after.flatMap((step) => (step.kind === 'stop-container' ? [[step.container, step] as const] : [])),
  );
  const removed = gone.map((container) => ({
    container,
    step: steps.removeContainer({ container: container.name, volumes }, ASKED, [stopOf.get(container.name)]),
  }));
  const kept = new Set(all.filter((container) => !gone.includes(container)).flatMap(volumesOf));
  const users = new Map<string, Step[]>();
  for (const { container, step } of volumes ? removed : []) {
    for (const volume of volumesOf(container)) {
      if (ANONYMOUS.test(volume) && !kept.has(volume)) users.set(volume, [...(users.get(volume) ?? []), step]);
    }
  }
  const volumeSteps = [...users].map(([volume, by]) => steps.removeVolume(volume, ASKED, by));
  return [...removed.map(({ step }) => step), ...volumeSteps];
}

const volumesOf = ({ mounts }: ObservedContainer): string[] => mounts.flatMap(({ volume }) => volume ?? []);
