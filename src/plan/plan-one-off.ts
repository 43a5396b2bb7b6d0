import type { Milliseconds } from '../lib/units.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Plan, Reason, Step } from '../model/plan.js';
import { specForRun, type RunWish } from './plan-run.js';
import { UpPlanner } from './plan-up.js';
import type { Scene } from './scene.js';

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
  scene: Scene,
  { service, services, wish, waitLimit, leftovers }: OneOffWish,
  images: readonly Step[],
): Plan {
  const upWish = { services, recreate: 'never', waitLimit, attach: [], removeOrphans: false, grace: null } as const;
  const planner = new UpPlanner(scene, upWish, images);
  for (const name of services.filter((each) => each !== service)) {
    for (const unit of scene.units.wanted.get(name) ?? []) planner.add(unit);
  }
  const own = scene.project.services.get(service);
  const cleared = leftovers ? planner.clear(leftovers) : [];
  const why: Reason = { code: leftovers ? 'next-run' : 'asked-for' };
  if (own) planner.addOneOff(own, specForRun(scene, own, wish), { why, after: cleared });
  const plan = planner.plan();
  return leftovers ? { ...plan, unchanged: [] } : plan; // told at every run of a job, it would fill the supervisor's log
}
