import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { Outcomes } from '../model/plan.js';
import { planDown, type DownOptions } from '../plan/plan-down.js';
import { carryOut } from './carry-out.js';
import type { ProjectRequest } from './find-file.js';
import { locked } from './locked.js';
import { observeForDown } from './look.js';
import { prepare } from './prepare.js';
import type { World } from './world.js';

export interface DownRequest extends ProjectRequest, DownOptions {
  readonly parallel: number;
}

/**
 * Stops and removes everything of the project, one-offs included; named volumes and images only when asked for. Throws
 * `project-elsewhere`.
 */
export async function down(world: World, request: DownRequest, control: Control): Promise<Checked<Outcomes>> {
  const prepared = await prepare(world, request, control, { needsFiles: false });
  if (!prepared.ok) return prepared;
  const { project, needs, owner } = prepared.value;
  const engine = await world.connectEngine(control.signal);
  return locked(world, { engine, project: project.name }, control, async () => {
    const observed = await observeForDown(engine, project, control.signal);
    await owner.claim(observed.containers);
    const plan = planDown(project, [...needs.keys()], observed, request);
    return good(await carryOut(plan, { engine }, control, request));
  });
}
