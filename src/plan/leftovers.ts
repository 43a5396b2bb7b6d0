import { LABEL } from '../model/names.js';
import type { ObservedContainer, ObservedVolume } from '../model/observed.js';
import type { Step } from '../model/plan.js';
import * as steps from './steps.js';
import { isOneOff, isUp, serviceOf } from './replicas.js';

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

/** One that runs is stopped with its own grace period; then they all go, with the volumes that nobody named. */
export function clearLeftovers(leftovers: readonly ObservedContainer[]): Step[] {
  return leftovers.flatMap((container) => {
    const going = { container: container.name, volumes: true };
    if (!isUp(container)) return [steps.removeContainer(going, { code: 'next-run' })];
    const stop = steps.stopContainer({ container: container.name, grace: null }, { code: 'abandoned' });
    return [stop, steps.removeContainer(going, { code: 'abandoned' }, [stop])];
  });
}
