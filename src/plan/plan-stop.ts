import type { Milliseconds } from '../lib/units.js';
import type { Observed, ObservedContainer } from '../model/observed.js';
import type { ContainerRef, Plan, Reason, Step, StepAction, StepId } from '../model/plan.js';
import type { Project } from '../model/project.js';
import { isOneOff, numberOf, serviceOf } from '../model/replica.js';
import { inPlaceOrder, isRenamedAside, isUp } from './replicas.js';
import { observedRef, plainPlan, StepList, type Needs } from './steps.js';

const ASKED: Reason = { code: 'asked-for' };

/** The containers of these services, in start order and by number; one-offs are left out. */
export function containersOf(observed: Pick<Observed, 'containers'>, services: readonly string[]): ObservedContainer[] {
  const place = new Map(services.map((name, index) => [name, index]));
  return observed.containers
    .filter((container) => !isOneOff(container) && place.has(serviceOf(container)))
    .toSorted((a, b) => (place.get(serviceOf(a)) ?? 0) - (place.get(serviceOf(b)) ?? 0) || inPlaceOrder(a, b));
}

interface InOrder {
  /** Those that need others first. */
  readonly reverse: boolean;
  readonly action: (container: ContainerRef, seen: ObservedContainer) => StepAction;
  readonly why?: (seen: ObservedContainer) => Reason;
  /** What all of them wait for. */
  readonly after?: Needs;
}

/** One step a container, each after the steps of those that need it (`reverse`) or that it needs. */
function addInOrder(
  steps: StepList,
  project: Project,
  containers: readonly ObservedContainer[],
  { reverse, action, why = () => ASKED, after = [] }: InOrder,
): void {
  const before = neighbors(project, new Set(containers.map(serviceOf)), reverse);
  const made = new Map<string, StepId[]>();
  for (const seen of reverse ? containers.toReversed() : containers) {
    const service = serviceOf(seen);
    const needs = (before.get(service) ?? []).flatMap((name) => made.get(name) ?? []);
    const step = steps.add(action(observedRef(seen), seen), why(seen), [...needs, ...after]);
    made.set(service, [...(made.get(service) ?? []), step.id]);
  }
}

/** What each of the services present needs, or with `reverse` who needs it, also by way of services that are not present. */
function neighbors(project: Project, present: ReadonlySet<string>, reverse: boolean): Map<string, string[]> {
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
  const steps = new StepList('s');
  addStops(steps, project, containers, { grace });
  return plainPlan(project.name, steps.steps);
}

interface Stopping {
  readonly grace: Milliseconds | null;
  readonly after?: Needs;
}

/** Stops those of the containers that run, those that need others first. */
export function addStops(
  steps: StepList,
  project: Project,
  containers: readonly ObservedContainer[],
  { grace, after = [] }: Stopping,
): void {
  const action = (container: ContainerRef) => ({ kind: 'stop-container', container, grace }) as const;
  addInOrder(steps, project, containers.filter(isUp), { reverse: true, action, after });
}

/** A container that is being replaced is not started beside the one that takes its place. */
const withoutReplaced = (project: Project, containers: readonly ObservedContainer[]): ObservedContainer[] =>
  containers.filter(
    (container) =>
      !isRenamedAside(project, container) ||
      !containers.some(
        (other) =>
          other !== container && serviceOf(other) === serviceOf(container) && numberOf(other) === numberOf(container),
      ),
  );

/** Starts those that do not run, those that are needed first. */
export function planStart(project: Project, containers: readonly ObservedContainer[]): Plan {
  const steps = new StepList('s');
  const stopped = withoutReplaced(project, containers).filter((container) => !isUp(container));
  addInOrder(steps, project, stopped, {
    reverse: false,
    action: (container) => ({ kind: 'start-container', container }),
    why: ({ state }) => ({ code: 'not-running', state }),
  });
  return plainPlan(project.name, steps.steps);
}

/** Restarts all of them, stopped ones included, those that are needed first. */
export function planRestart(
  project: Project,
  containers: readonly ObservedContainer[],
  grace: Milliseconds | null,
): Plan {
  const steps = new StepList('s');
  const action = (container: ContainerRef) => ({ kind: 'restart-container', container, grace }) as const;
  addInOrder(steps, project, withoutReplaced(project, containers), { reverse: false, action });
  return plainPlan(project.name, steps.steps);
}

export function planKill(project: Project, containers: readonly ObservedContainer[], signal: string): Plan {
  const steps = new StepList('s');
  const action = (container: ContainerRef) => ({ kind: 'kill-container', container, signal }) as const;
  addInOrder(steps, project, containers.filter(isUp), { reverse: true, action });
  return plainPlan(project.name, steps.steps);
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
  const steps = new StepList('s');
  if (stop) addStops(steps, project, containers, { grace: null });
  const gone = containers.filter((container) => stop || !isUp(container));
  addRemovals(steps, gone, { volumes, all });
  return plainPlan(project.name, steps.steps);
}

/** How the engine names a volume that nobody named; one carried over to a new container counts as named to it. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

interface Removal {
  readonly volumes: boolean;
  /** Every container there is. */
  readonly all: readonly ObservedContainer[];
}

/**
 * Removes containers, each after the step that stops it, then with `volumes` the anonymous volumes that they were given by
 * a predecessor or took from another. Answers all of these steps.
 */
export function addRemovals(steps: StepList, gone: readonly ObservedContainer[], { volumes, all }: Removal): Step[] {
  const stopOf = new Map(
    steps.steps.flatMap((step) =>
      step.kind === 'stop-container' && 'id' in step.container ? [[step.container.id, step] as const] : [],
    ),
  );
  const removed = gone.map((container) => ({
    container,
    step: steps.add({ kind: 'remove-container', container: observedRef(container), volumes, replacedBy: null }, ASKED, [
      stopOf.get(container.id),
    ]),
  }));
  const kept = new Set(all.filter((container) => !gone.includes(container)).flatMap(volumesOf));
  const users = new Map<string, Step[]>();
  for (const { container, step } of volumes ? removed : []) {
    for (const volume of volumesOf(container)) {
      if (ANONYMOUS.test(volume) && !kept.has(volume)) users.set(volume, [...(users.get(volume) ?? []), step]);
    }
  }
  const volumeSteps = [...users].map(([volume, by]) => steps.add({ kind: 'remove-volume', volume }, ASKED, by));
  return [...removed.map(({ step }) => step), ...volumeSteps];
}

const volumesOf = ({ mounts }: ObservedContainer): string[] => mounts.flatMap(({ volume }) => volume ?? []);
