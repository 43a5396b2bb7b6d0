import { namedServices } from '../graph/select.js';
import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { Outcomes } from '../model/plan.js';
import { buildSteps } from '../plan/plan-images.js';
import { plainPlan } from '../plan/steps.js';
import { carryOut } from './carry-out.js';
import type { ProjectRequest } from './find-file.js';
import { prepare } from './prepare.js';
import type { World } from './world.js';

export interface BuildRequest extends ProjectRequest {
  readonly services: readonly string[];
  readonly noCache: boolean;
  readonly pullBase: boolean;
  readonly parallel: number;
}

export interface BuildResult {
  readonly outcomes: Outcomes;
  /** Services that were named, or all, and use an image as it is. */
  readonly skipped: readonly string[];
}

/** Builds the images of the services named, or of all; containers are left alone. */
export async function build(world: World, request: BuildRequest, control: Control): Promise<Checked<BuildResult>> {
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  const { project, needs } = prepared.value;
  const named = namedServices([...needs.keys()], request.services);
  if (!named.ok) return named;
  const services = [...needs.keys()]
    .filter((name) => named.value.includes(name))
    .flatMap((name) => project.services.get(name) ?? []);
  const wish = { build: 'always', noCache: request.noCache, pullBase: request.pullBase } as const;
  const steps = buildSteps(project, services, wish, { code: 'asked-for' });
  const skipped = services.filter(({ source }) => source.build === null).map(({ name }) => name);
  if (steps.length === 0) return good({ outcomes: [], skipped });
  const engine = await world.connectEngine(control.signal);
  const plan = plainPlan(project.name, steps);
  return good({ outcomes: await carryOut(plan, { engine }, control, request), skipped });
}
