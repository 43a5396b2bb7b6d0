import type { Engine } from '../engine/engine.js';
import { namedServices, withNeeds } from '../graph/select.js';
import type { Milliseconds } from '../lib/units.js';
import { bad, good, problem, type Checked, type Diagnostic } from '../model/diagnostic.js';
import type { Observed } from '../model/observed.js';
import type { Plan, Step } from '../model/plan.js';
import type { Service } from '../model/project.js';
import { planImages } from '../plan/plan-images.js';
import { planUp } from '../plan/plan-up.js';
import { makeScene, type Scene } from '../plan/scene.js';
import { look } from './look.js';
import type { Prepared } from './prepare.js';
import type { World } from './world.js';

/** What `plan` and `up` are asked for alike. */
export interface PlanRequest {
  readonly services: readonly string[];
  readonly noDeps: boolean;
  readonly recreate: 'changed' | 'never' | 'always';
  readonly build: 'missing' | 'always' | 'never';
  readonly waitLimit: Milliseconds | null;
  readonly removeOrphans: boolean;
  readonly scale: Readonly<Record<string, number>>;
  readonly grace: Milliseconds | null;
}

export interface Chosen {
  /** The services named; all when none was. */
  readonly named: readonly string[];
  /** Those and what they need, in start order. */
  readonly all: readonly string[];
}

export function choose(
  { needs, project }: Prepared,
  { services, noDeps, scale }: Pick<PlanRequest, 'services' | 'noDeps' | 'scale'>,
): Checked<Chosen> {
  const named = namedServices([...needs.keys()], services);
  if (!named.ok) return named;
  const scaled = namedServices([...needs.keys()], Object.keys(scale));
  if (!scaled.ok) return scaled;
  const fixed = Object.entries(scale).filter(([name, count]) => count > 1 && project.services.get(name)?.containerName);
  if (fixed.length > 0) return bad(fixed.map(([name]) => fixedName(name)));
  const all = noDeps ? [...needs.keys()].filter((name) => named.value.includes(name)) : withNeeds(needs, named.value);
  return good({ named: named.value, all });
}

const fixedName = (service: string): Diagnostic =>
  problem('bad-usage', `${service} has a container_name, so there can be only one of it`, 'take container_name out');

/** The images that are missing, as steps. They come first, because what they hold decides what the containers are told. */
export function imageSteps(
  { project }: Prepared,
  services: readonly string[],
  observed: Observed,
  request: Pick<PlanRequest, 'build'>,
): Step[] {
  const wanted: Service[] = services.flatMap((name) => project.services.get(name) ?? []);
  return planImages(project, wanted, observed.images, { build: request.build });
}

export interface Planned {
  readonly scene: Scene;
  readonly plan: Plan;
}

/** The plan of `up` for these services from one photograph. */
export function makePlan(
  { project, version }: Prepared,
  observed: Observed,
  request: PlanRequest,
  {
    services,
    images,
    attach,
    onlyStart = [],
  }: {
    readonly services: readonly string[];
    readonly images: readonly Step[];
    readonly attach: readonly string[];
    readonly onlyStart?: readonly string[];
  },
): Planned {
  const scene = makeScene(project, observed, { scale: request.scale, version });
  const { recreate, waitLimit, removeOrphans, grace } = request;
  return {
    scene,
    plan: planUp(scene, { services, recreate, waitLimit, attach, removeOrphans, grace, onlyStart }, images),
  };
}

/** The whole plan, with one look at the engine that changes nothing. */
export async function planWhole(
  world: World,
  engine: Engine,
  {
    prepared,
    chosen,
    request,
  }: { readonly prepared: Prepared; readonly chosen: Chosen; readonly request: PlanRequest },
  signal: AbortSignal,
): Promise<Plan> {
  const observed = await look(world, engine, { project: prepared.project, services: chosen.all }, signal);
  const images = imageSteps(prepared, chosen.all, observed, request);
  return makePlan(prepared, observed, request, { services: chosen.all, images, attach: [] }).plan;
}
