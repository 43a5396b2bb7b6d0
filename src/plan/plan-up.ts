import { ownValue } from '../lib/own-value.js';
import type { ContainerSpec } from '../model/container-spec.js';
import { LABEL, volumeName } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Plan, Reason, Rescue, Step } from '../model/plan.js';
import type { Mount, Service } from '../model/project.js';
import { clearLeftovers } from './leftovers.js';
import { planUnit, type Parent, type UnitContext, type UnitPlan } from './plan-unit.js';
import type { Scene } from './scene.js';
import * as steps from './steps.js';
import { isOneOff, isUp, serviceOf, type Instances, type Unit } from './units.js';
import type { Milliseconds } from '../lib/units.js';

/** What `up` is asked for. */
export interface UpWish {
  /** The services to bring up, what they need included, in start order. */
  readonly services: readonly string[];
  readonly recreate: 'changed' | 'never' | 'always';
  /** How long a service may take to be ready before those that need it start; null: nobody waits. */
  readonly waitLimit: Milliseconds | null;
  /** Services whose output is read from before their containers start. */
  readonly attach: readonly string[];
  readonly removeOrphans: boolean;
  /** null: as each container says. */
  readonly grace: Milliseconds | null;
  /** Services that were not named and are there only because others need them: what runs is left as it is. */
  readonly onlyStart?: readonly string[];
  /** Of these services only the containers of these numbers are brought up; the others are left as they are. */
  readonly instances?: Instances;
}

/** From what is wanted and what was found to the steps between them. `imageSteps` come first and may be done already. */
export function planUp(scene: Scene, wish: UpWish, imageSteps: readonly Step[]): Plan {
  const planner = new UpPlanner(scene, wish, imageSteps);
  for (const name of wish.services) {
    const only = ownValue(wish.instances ?? {}, name);
    for (const unit of scene.units.wanted.get(name) ?? []) if (!only || only.includes(unit.number)) planner.add(unit);
  }
  planner.removeSurplus();
  if (wish.removeOrphans) planner.removeOrphans();
  return planner.plan();
}

/** Containers of the project whose service the file has no more; one-offs are nobody's orphans while they run. */
export function orphansOf({ observed, project }: Scene): string[] {
  return observed.containers
    .filter((container) => !isOneOff(container) && !project.services.has(serviceOf(container)))
    .map(({ name }) => name);
}

interface OneOffOrder {
  readonly why: Reason;
  /** Ids of further steps that come before. */
  readonly after: readonly string[];
}

/** Collects the steps of one `up`; what several containers share (network, volumes, waits) is planned once. */
export class UpPlanner {
  readonly #scene: Scene;
  readonly #wish: UpWish;
  readonly #imageSteps: ReadonlyMap<string, Step>;
  readonly #steps = new Map<string, Step>();
  readonly #rescues: Rescue[] = [];
  readonly #unchanged: string[] = [];
  readonly #planned = new Map<string, UnitPlan[]>();

  constructor(scene: Scene, wish: UpWish, imageSteps: readonly Step[]) {
    this.#scene = scene;
    this.#wish = wish;
    this.#imageSteps = new Map(imageSteps.flatMap((step) => imagesOfStep(step).map((image) => [image, step] as const)));
    for (const step of imageSteps) this.#add(step);
  }

  add(unit: Unit): void {
    const plan = planUnit(this.#scene, unit, this.#context(unit.service));
    for (const step of plan.steps) this.#add(step);
    this.#rescues.push(...plan.rescues);
    if (plan.started === null && plan.created === null) this.#unchanged.push(unit.name);
    const siblings = this.#planned.get(unit.service.name) ?? [];
    this.#planned.set(unit.service.name, [...siblings, plan]);
  }

  /** A container beside the service's own ones; it is created when all that it needs is ready. */
  addOneOff(service: Service, spec: ContainerSpec, { why, after }: OneOffOrder): void {
    const needs = [...after, ...this.#createNeeds(service), ...this.#startNeeds(service)];
    this.#add(steps.createContainer(spec, why, needs));
  }

  /** What earlier runs of a job left goes. Answers the ids of the steps. */
  clear(leftovers: readonly ObservedContainer[]): string[] {
    const clearing = clearLeftovers(leftovers);
    for (const step of clearing) this.#add(step);
    return clearing.map(({ id }) => id);
  }

  removeSurplus(): void {
    const asked = new Set(this.#wish.services);
    for (const { service, current, replaced, strays } of this.#scene.units.surplus) {
      if (!asked.has(service.name)) continue;
      for (const container of [current, replaced, ...strays]) {
        if (container) this.#addRemoval(container.name, isUp(container), { code: 'surplus' });
      }
    }
  }

  removeOrphans(): void {
    for (const name of orphansOf(this.#scene)) this.#addRemoval(name, true, { code: 'orphan' });
  }

  plan(): Plan {
    const { name } = this.#scene.project;
    return { project: name, steps: [...this.#steps.values()], rescues: this.#rescues, unchanged: this.#unchanged };
  }

  #add(step: Step): void {
    if (!this.#steps.has(step.id)) this.#steps.set(step.id, step);
  }

  #addRemoval(container: string, running: boolean, why: Reason): void {
    const stop = running ? steps.stopContainer({ container, grace: this.#wish.grace }, why) : null;
    if (stop) this.#add(stop);
    this.#add(steps.removeContainer({ container, volumes: false }, why, [stop]));
  }

  #context(service: Service): UnitContext {
    const { recreate, grace, attach, onlyStart } = this.#wish;
    return {
      recreate: onlyStart?.includes(service.name) ? 'never' : recreate,
      grace,
      attach: attach.includes(service.name),
      createNeeds: () => this.#createNeeds(service),
      startNeeds: () => this.#startNeeds(service),
      hangsOn: parentsOf(service, this.#scene, this.#planned),
    };
  }

  /** What must be there before a container of the service can be created. Creating needs no other order. */
  #createNeeds(service: Service): string[] {
    const image = this.#imageSteps.get(service.source.ref)?.id;
    const network = service.net.kind === 'project' ? this.#networkReady() : null;
    const volumes = service.mounts.flatMap((mount) => this.#volumeReady(mount, service.volumeDriver) ?? []);
    const externals = this.#externalsConnected(service);
    const parents = service.needs
      .filter(({ because }) => because !== 'links')
      .flatMap(({ on }) => this.#planned.get(on) ?? [])
      .flatMap(({ created }) => created ?? []);
    return [image, network, ...volumes, ...externals, ...parents].flatMap((id) => id ?? []);
  }

  #networkReady(): string | null {
    for (const step of this.#scene.network.steps) this.#add(step);
    return this.#scene.network.ready;
  }

  #volumeReady(mount: Mount, driver: string | null): string | null {
    if (mount.kind !== 'volume') return null;
    const { project, observed } = this.#scene;
    const name = volumeName(project.name, mount.volume);
    if (observed.volumes.some((volume) => volume.name === name)) return null;
    const labels = { [LABEL.project]: project.name, [LABEL.volume]: mount.volume };
    const step = steps.createVolume({ name, driver, labels }, { code: 'missing' });
    this.#add(step);
    return step.id;
  }

  /** Containers of others that the service links to must be on the project's network. */
  #externalsConnected(service: Service): string[] {
    const { observed, network } = this.#scene;
    if (service.net.kind !== 'project') return [];
    return service.externalLinks.flatMap(({ target, alias }) => {
      const found = observed.externals.get(target);
      if (!found || (network.ready === null && Object.hasOwn(found.networks, network.name))) return [];
      const address = this.#scene.guests.get(target) ?? null;
      const connection = { network: network.name, container: target, aliases: [alias], address };
      const step = steps.connectNetwork(connection, { code: 'needed-by', by: service.name }, [this.#networkReady()]);
      this.#add(step);
      return [step.id];
    });
  }

  /** What must run, and be ready, before a container of the service can start. */
  #startNeeds(service: Service): string[] {
    return service.needs.flatMap(({ on }) =>
      (this.#planned.get(on) ?? []).flatMap((plan) => this.#ready(plan, service)),
    );
  }

  #ready({ unit, started, checked, healthy }: UnitPlan, consumer: Service): string[] {
    const limit = this.#wish.waitLimit;
    if (!checked || limit === null || (started === null && healthy)) return started === null ? [] : [started];
    const wait = steps.waitReady(unit.name, limit, { code: 'needed-by', by: consumer.name }, [started]);
    this.#add(wait);
    return [wait.id];
  }
}

function imagesOfStep(step: Step): readonly string[] {
  if (step.kind === 'build-image') return step.build.refs;
  return step.kind === 'pull-image' ? [step.image] : [];
}

/** The containers that a service's own hang on by their volumes or network, whether this plan touches them or not. */
function parentsOf(service: Service, scene: Scene, planned: ReadonlyMap<string, readonly UnitPlan[]>): Parent[] {
  return service.needs.flatMap(({ on, because }) => {
    if (because === 'links') return [];
    const touched = new Map(planned.get(on)?.map(({ unit, created }) => [unit.number, created]));
    return (scene.units.wanted.get(on) ?? []).map((unit) => {
      return { unit, created: touched.get(unit.number) ?? null, because };
    });
  });
}
