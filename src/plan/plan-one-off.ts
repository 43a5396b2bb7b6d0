import type { Milliseconds } from '../lib/units.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Plan, Reason, Step } from '../model/plan.js';
import { specForRun, type RunWish } from './plan-run.js';
import { UpPlanner } from './plan-up.js';
import type { PlanInput } from './plan-input.js';

export interface OneOffWish {
  readonly service: string;
  /** The service and what it needs, in start order; only the service itself when nothing else is to be started. */
  readonly services: readonly string[];
  readonly wish: RunWish;
  readonly waitLimit: Milliseconds | null;
  /** What earlier runs of a job left: it goes before the container is created. Absent: this is no job. */
  readonly leftovers?: readonly ObservedContainer[];
}

/** What a one-off needs is started as `up` would, but nothing is recreated; then its container is created, not started. */
export function planRun(
  input: PlanInput,
  { service, services, wish, waitLimit, leftovers }: OneOffWish,
  images: readonly Step[],
): Plan {
  const options = { services, recreate: 'never', waitLimit, attach: [], removeOrphans: false, grace: null } as const;
  const planner = new UpPlanner(input, options, images);
  for (const name of services.filter((each) => each !== service)) {
    for (const replica of input.replicas.wanted.get(name) ?? []) planner.add(replica);
  }
  const own = input.project.services.get(service);
  const why: Reason = { code: leftovers ? 'next-run' : 'asked-for' };
  const role = leftovers ? 'job' : 'one-off';
  const replica = { project: input.project.name, service, number: 1, role, generation: 1 } as const;
  if (own) {
    const spec = specForRun(input, own, wish);
    planner.addOneOff({ service: own, spec, replica, why, leftovers: leftovers ?? [] });
  }
  const plan = planner.plan();
  return leftovers ? { ...plan, unchanged: [] } : plan; // said at every run of a job, it would fill the supervisor's log
}
