import { LABEL } from '../model/names.js';
import type { ObservedContainer, ObservedVolume } from '../model/observed.js';
import type { StepId } from '../model/plan.js';
import { observedRef, type StepList } from './steps.js';
import { isOneOff, serviceOf } from '../model/replica.js';
import { isUp } from './replicas.js';

/** A job is known by the one name that its container has. */
export interface Job {
  readonly name: string;
  readonly service: string;
}

/** A container that a `run --once` made, in whatever state. */
export const isJob = ({ labels }: ObservedContainer): boolean => labels[LABEL.job] !== undefined;

/** What remembers that a job's last runs failed before there was a container. It holds no data. */
export const isJobMemory = ({ labels }: ObservedVolume): boolean => labels[LABEL.job] !== undefined;

/** What earlier runs of the job left, by label and by name: stopped ones, and one that ran on when its tsfig was killed. */
export const leftoversOf = (containers: readonly ObservedContainer[], { name, service }: Job): ObservedContainer[] =>
  containers.filter(
    (container) =>
      container.labels[LABEL.job] === name ||
      (container.name === name && isOneOff(container) && serviceOf(container) === service),
  );

/**
 * One that runs is stopped with its own grace period; then they all go, with the volumes that nobody named. Answers the
 * removals.
 */
export function clearLeftovers(steps: StepList, leftovers: readonly ObservedContainer[]): StepId[] {
  return leftovers.map((seen) => {
    const container = observedRef(seen);
    const remove = { kind: 'remove-container', container, volumes: true, replacedBy: null } as const;
    if (!isUp(seen)) return steps.add(remove, { code: 'next-run' }).id;
    const stop = steps.add({ kind: 'stop-container', container, grace: null }, { code: 'left-running' });
    return steps.add(remove, { code: 'left-running' }, [stop]).id;
  });
}
