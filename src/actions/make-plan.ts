import type { Engine } from '../engine/engine.js';
import { fixedName, fixedPort, noSuchPort, readNamed } from '../graph/instances.js';
import { namedServices, withNeeds } from '../graph/select.js';
import { ownValue } from '../lib/own-value.js';
import type { Milliseconds } from '../lib/units.js';
import { bad, good, problem, type Checked, type Diagnostic } from '../model/diagnostic.js';
import type { Observed } from '../model/observed.js';
import { portBeyond } from '../model/ports.js';
import type { Plan, Step } from '../model/plan.js';
import type { Service } from '../model/project.js';
import { planImages } from '../plan/plan-images.js';
import { planUp } from '../plan/plan-up.js';
import { buildPlanInput, type PlanInput } from '../plan/plan-input.js';
import type { Instances } from '../plan/replicas.js';
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
  /** Of services that were named as `web@2`, the numbers of the containers. */
  readonly instances: Instances;
}

export function choose(
  { needs, project }: Prepared,
  { services, noDeps, scale }: Pick<PlanRequest, 'services' | 'noDeps' | 'scale'>,
): Checked<Chosen> {
  const order = [...needs.keys()];
  const read = readNamed(project, order, services);
  if (!read.ok) return read;
  const { services: named, instances } = read.value;
  const scaled = namedServices(order, Object.keys(scale));
  if (!scaled.ok) return scaled;
  const scaledOnes = Object.entries(scale).flatMap(
    ([name, count]) => whyNotScaled(project.services.get(name), count, instances) ?? [],
  );
  const several = Object.entries(instances).flatMap(
    ([name, numbers]) => (numbers.length > 1 && whyOnlyOne(project.services.get(name))) || [],
  );
  const problems = [...scaledOnes, ...several];
  if (problems.length > 0) return bad(problems);
  const all = noDeps ? order.filter((name) => named.includes(name)) : withNeeds(needs, named);
  return good({ named, all, instances });
}

function whyNotScaled(service: Service | undefined, count: number, instances: Instances): Diagnostic | null {
  if (!service) return null;
  const { name, ports } = service;
  const onlyOne = count > 1 ? whyOnlyOne(service) : null;
  if (onlyOne) return onlyOne;
  if (ownValue(instances, name)) {
    return problem('bad-usage', `--scale says how many ${name} has, and ${name}@ which`, 'use one of the two');
  }
  const beyond = portBeyond(ports, count);
  return beyond === undefined ? null : noSuchPort(name, count, beyond);
}

/** Two containers can have neither one name nor one port of the host. */
function whyOnlyOne(service: Service | undefined): Diagnostic | null {
  if (service?.containerName) return fixedName(service.name);
  const port = service?.ports.find(({ hostPort, hostTemplate }) => hostPort !== null && hostTemplate === undefined);
  return service && port ? fixedPort(service.name, port) : null;
}

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
  readonly input: PlanInput;
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
    instances,
  }: {
    readonly services: readonly string[];
    readonly images: readonly Step[];
    readonly attach: readonly string[];
    readonly onlyStart?: readonly string[];
    readonly instances: Instances;
  },
): Planned {
  const input = buildPlanInput(project, observed, { scale: request.scale, instances, version });
  const { recreate, waitLimit, removeOrphans, grace } = request;
  return {
    input,
    plan: planUp(input, { services, instances, recreate, waitLimit, attach, removeOrphans, grace, onlyStart }, images),
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
  const observed = await look(world, engine, { prepared, services: chosen.all }, signal);
  await prepared.owner.mention(observed.containers);
  const images = imageSteps(prepared, chosen.all, observed, request);
  return makePlan(prepared, observed, request, { ...chosen, services: chosen.all, images, attach: [] }).plan;
}
