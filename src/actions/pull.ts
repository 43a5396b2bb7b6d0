import { namedServices, withNeeds } from '../graph/select.js';
import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { Outcomes } from '../model/plan.js';
import * as steps from '../plan/steps.js';
import { carryOut } from './carry-out.js';
import type { ProjectRequest } from './find-file.js';
import { prepare } from './prepare.js';
import type { World } from './world.js';

export interface PullRequest extends ProjectRequest {
  readonly services: readonly string[];
  /** What the services need as well. */
  readonly includeDeps: boolean;
  readonly parallel: number;
}

/** Fetches the images of the services named, or of all, even if they are there. Services that are built are left out. */
export async function pull(world: World, request: PullRequest, control: Control): Promise<Checked<Outcomes>> {
  const prepared = await prepare(world, request, control, { needsFiles: false });
  if (!prepared.ok) return prepared;
  const { project, needs } = prepared.value;
  const named = namedServices([...needs.keys()], request.services);
  if (!named.ok) return named;
  const refs = new Map<string, string>();
  const built = new Set([...project.services.values()].flatMap(({ source }) => (source.build ? [source.ref] : [])));
  for (const name of request.includeDeps ? withNeeds(needs, named.value) : named.value) {
    const ref = project.services.get(name)?.source.ref;
    if (ref !== undefined && !built.has(ref) && !refs.has(ref)) refs.set(ref, name);
  }
  const all = [...refs].map(([ref, service]) => steps.pullImage(ref, service, { code: 'asked-for' }));
  if (all.length === 0) return good([]);
  const engine = await world.connectEngine(control.signal);
  const plan = steps.plainPlan(project.name, all);
  return good(await carryOut(plan, { engine }, control, request));
}
