import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { Plan } from '../model/plan.js';
import type { ProjectRequest } from './find-file.js';
import { choose, planWhole, type PlanRequest } from './make-plan.js';
import { prepare } from './prepare.js';
import type { World } from './world.js';

/** What `up` would do, and why. Makes no request that changes anything. */
export async function plan(
  world: World,
  request: ProjectRequest & PlanRequest,
  control: Control,
): Promise<Checked<Plan>> {
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  const chosen = choose(prepared.value, request);
  if (!chosen.ok) return chosen;
  const engine = await world.connectEngine(control.signal);
  const whole = { prepared: prepared.value, chosen: chosen.value, request };
  return good(await planWhole(world, engine, whole, control.signal));
}
