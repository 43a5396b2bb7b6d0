import { ownValue } from '../lib/own-value.js';
import type { Milliseconds } from '../lib/units.js';
import type { ContainerSpec } from '../model/container-spec.js';
import { asideName, LABEL } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Plan, Reason, Step, StepGroup, StepId } from '../model/plan.js';
import { volumeOf, type Dependency, type Mount, type Service } from '../model/project.js';
import { isOneOff, serviceOf, type ReplicaId } from '../model/replica.js';
import { sealContainer } from '../model/sealed.js';
import { decideReplica, type Decision, type SharedParent } from './decide-replica.js';
import { findHandOvers, type HandOver } from './hand-over.js';
import { withHandOvers, rescuesOf } from './join-steps.js';
import { clearLeftovers } from './leftovers.js';
import type { Milestones, ReplicaContext } from './milestones.js';
import { handsOverOf, leavingParty, partiesOf, type Subject } from './parties.js';
import { planLeaving, planLeftover, type Leaver } from './plan-leaving.js';
import { planReplica } from './plan-replica.js';
import type { PlanInput } from './plan-input.js';
import type { Instances, Replica } from './replicas.js';
import { idsOf, inOrderOfNeeds, StepList } from './steps.js';

/** What `up` is asked for. */
export interface UpOptions {
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
export function planUp(input: PlanInput, options: UpOptions, imageSteps: readonly Step[]): Plan {
  const planner = new UpPlanner(input, options, imageSteps);
  for (const name of options.services) {
    const only = ownValue(options.instances ?? {}, name);
    for (const replica of input.replicas.wanted.get(name) ?? []) {
      if (!only || only.includes(replica.number)) planner.add(replica);
    }
  }
  planner.removeExcess();
  if (options.removeOrphans) planner.removeOrphans();
  return planner.plan();
}

/** Containers of the project whose service the file has no more; one-offs are nobody's orphans while they run. */
export const orphansOf = ({ observed, project }: PlanInput): ObservedContainer[] =>
  observed.containers.filter((container) => !isOneOff(container) && !project.services.has(serviceOf(container)));

/** A container beside the service's own ones. */
interface OneOff {
  readonly service: Service;
  readonly spec: ContainerSpec;
  readonly replica: ReplicaId;
  readonly why: Reason;
  /** What earlier runs of it left. */
  readonly leftovers: readonly ObservedContainer[];
}

/**
 * Collects what is to become of each container of one `up`, then makes the steps, when it is known who is in whose way.
 * What several containers share (network, volumes, waits) is planned once.
 */
export class UpPlanner {
  readonly #input: PlanInput;
  readonly #options: UpOptions;
  readonly #images: ReadonlyMap<string, StepId>;
  readonly #decisions = new Map<string, Decision[]>();
  readonly #leavers: Leaver[] = [];
  #oneOff: OneOff | null = null;

  readonly #steps = new StepList('s');
  readonly #groups: StepGroup[] = [];
  readonly #milestones = new Map<Subject, Milestones>();
  readonly #takenNames: Set<string>;

  constructor(input: PlanInput, options: UpOptions, imageSteps: readonly Step[]) {
    this.#input = input;
    this.#options = options;
    this.#images = new Map(imageSteps.flatMap((step) => imagesOfStep(step).map((image) => [image, step.id] as const)));
    this.#steps.include(imageSteps);
    this.#takenNames = new Set(input.observed.containers.map(({ name }) => name));
  }

  add(replica: Replica): void {
    const { recreate, onlyStart } = this.#options;
    const { name } = replica.service;
    const decision = decideReplica(this.#input, replica, {
      recreate: onlyStart?.includes(name) ? 'never' : recreate,
      sharesWith: this.#parentsOf(replica.service),
    });
    this.#decisions.set(name, [...(this.#decisions.get(name) ?? []), decision]);
    this.#takenNames.add(replica.name);
  }

  /** A one-off, created when all that it needs is ready and what earlier runs of it left is gone. */
  addOneOff(oneOff: OneOff): void {
    this.#oneOff = oneOff;
  }

  removeExcess(): void {
    const asked = new Set(this.#options.services);
    for (const { service, current, renamedAside, duplicates } of this.#input.replicas.excess) {
      if (!asked.has(service.name)) continue;
      const going = [current, renamedAside, ...duplicates].flatMap((container) => container ?? []);
      this.#leavers.push(...going.map((container) => ({ container, why: { code: 'above-scale' } as const })));
    }
  }

  removeOrphans(): void {
    const orphans = orphansOf(this.#input);
    this.#leavers.push(...orphans.map((container) => ({ container, why: { code: 'orphan' } as const })));
  }

  plan(): Plan {
    const decisions = [...this.#decisions.values()].flat();
    const handOvers = findHandOvers([...decisions.flatMap(partiesOf), ...this.#leavers.map(leavingParty)]);
    for (const decision of decisions) this.#planDecision(decision, handOvers);
    if (this.#oneOff) this.#planOneOff(this.#oneOff);
    for (const leaver of this.#leavers) {
      this.#milestones.set(leaver, planLeaving(leaver, this.#context(leaver, null, handOvers)));
    }
    const steps = inOrderOfNeeds(withHandOvers(this.#steps.steps, handOvers, (subject) => this.#milestonesOf(subject)));
    return {
      project: this.#input.project.name,
      steps,
      rescues: rescuesOf(steps, handOvers, this.#milestones),
      groups: this.#groups,
      unchanged: decisions.filter((decision) => this.#isUnchanged(decision)).map(({ replica }) => replica.name),
    };
  }

  #planDecision(decision: Decision, handOvers: readonly HandOver<Subject>[]): void {
    const { replica, leftovers } = decision;
    const context = this.#context(decision, replica.service, handOvers);
    const before = leftovers.map((leftover) => {
      const milestones = planLeftover(leftover, replica.name, context);
      this.#milestones.set(leftover, milestones);
      return milestones.nameFreed;
    });
    this.#milestones.set(decision, planReplica(decision, { ...context, before: idsOf(before) }));
  }

  /** One that is restarted over and over is left as it is, and is not as it should be. */
  #isUnchanged(decision: Decision): boolean {
    const { created, started } = this.#milestonesOf(decision);
    return created === null && started === null && decision.replica.current?.state !== 'restarting';
  }

  #milestonesOf(subject: Subject): Milestones {
    const milestones = this.#milestones.get(subject);
    if (!milestones) throw new Error('a container is waited for that was not planned yet');
    return milestones;
  }

  #context(subject: Subject, service: Service | null, handOvers: readonly HandOver<Subject>[]): ReplicaContext {
    const { grace, attach } = this.#options;
    return {
      ...{ steps: this.#steps, groups: this.#groups, grace, before: [] },
      handsOver: handsOverOf(subject, handOvers),
      attach: service !== null && attach.includes(service.name),
      createNeeds: () => (service ? this.#createNeeds(service) : []),
      startNeeds: () => (service ? this.#startNeeds(service) : []),
      connectNeeds: () => (service ? this.#externalsConnected(service) : []),
      asideName: (name: string): string => {
        const aside = asideName(name, (candidate) => this.#takenNames.has(candidate));
        this.#takenNames.add(aside);
        return aside;
      },
    };
  }

  #planOneOff({ service, spec, replica, why, leftovers }: OneOff): void {
    const cleared = clearLeftovers(this.#steps, spec.name, leftovers);
    const needs = [...cleared, ...this.#createNeeds(service), ...this.#startNeeds(service)];
    this.#steps.add({ kind: 'create-container', spec: sealContainer(spec), replica }, why, needs);
  }

  /** The containers with which a service's own share volumes or network, whether this plan touches them or not. */
  #parentsOf(service: Service): SharedParent[] {
    return service.needs.flatMap(({ on, shares }) => {
      if (shares === null) return [];
      const decided = new Map(this.#decisions.get(on)?.map(({ replica, does }) => [replica.number, does.kind]));
      return (this.#input.replicas.wanted.get(on) ?? []).map((replica) => {
        const kind = decided.get(replica.number) ?? 'keep';
        return { replica, isRecreated: kind !== 'keep', shares };
      });
    });
  }

  /** What must be there before a container of the service can be created. Creating needs no other order. */
  #createNeeds(service: Service): StepId[] {
    const network = service.net.kind === 'project' ? this.#networkReady() : null;
    const volumes = service.mounts.map((mount) => this.#volumeReady(mount));
    const parents = service.needs
      .filter(({ shares }) => shares !== null)
      .flatMap(({ on }) => this.#decisions.get(on) ?? [])
      .map((decision) => this.#milestonesOf(decision).created);
    return idsOf([
      ...[this.#images.get(service.source.ref), network],
      ...volumes,
      ...this.#externalsConnected(service),
      ...parents,
    ]);
  }

  #networkReady(): StepId | null {
    const { toCreate: network } = this.#input.network;
    if (!network) return null;
    const make = (): Step => this.#steps.add({ kind: 'create-network', network }, { code: 'missing' });
    return this.#steps.share(`network ${network.name}`, make).id;
  }

  #volumeReady(mount: Mount): StepId | null {
    if (mount.kind !== 'volume') return null;
    const { project, observed } = this.#input;
    const { name, driver, key } = volumeOf(project, mount.volume);
    if (observed.volumes.some((volume) => volume.name === name)) return null;
    const labels = { [LABEL.project]: project.name, [LABEL.volume]: key };
    const volume = { name, driver, labels };
    const make = (): Step => this.#steps.add({ kind: 'create-volume', volume }, { code: 'missing' });
    return this.#steps.share(`volume ${name}`, make).id;
  }

  /** Containers of others that the service links to must be on the project's network. */
  #externalsConnected(service: Service): StepId[] {
    const { observed, network, externalAddresses } = this.#input;
    if (service.net.kind !== 'project') return [];
    return service.externalLinks.flatMap(({ target, alias }) => {
      const found = observed.externalContainers.get(target);
      if (!found || (!network.toCreate && Object.hasOwn(found.networks, network.name))) return [];
      const container = { id: found.id, name: target, replica: null };
      const connection = { container, aliases: [alias], address: externalAddresses.get(target) ?? null };
      const make = (): Step =>
        this.#steps.add(
          { kind: 'connect-network', network: { id: network.id, name: network.name }, ...connection },
          { code: 'needed-by', by: service.name },
          [this.#networkReady()],
        );
      return [this.#steps.share(`connect ${target}`, make).id];
    });
  }

  /** What must run, and be ready, before a container of the service can start. */
  #startNeeds(service: Service): StepId[] {
    return service.needs.flatMap(({ on, until }) =>
      (this.#decisions.get(on) ?? []).flatMap((decision) => this.#ready(decision, until, service) ?? []),
    );
  }

  #ready(decision: Decision, until: Dependency['until'], consumer: Service): StepId | null {
    const { started, container } = this.#milestonesOf(decision);
    const { replica, checked, healthy } = decision;
    const limit = this.#options.waitLimit;
    if (until === 'started' || !checked || limit === null || (started === null && healthy)) return started;
    const why: Reason = { code: 'needed-by', by: consumer.name };
    const make = (): Step => this.#steps.add({ kind: 'wait-ready', container, limit }, why, [started]);
    return this.#steps.share(`ready ${replica.name}`, make).id;
  }
}

function imagesOfStep(step: Step): readonly string[] {
  if (step.kind === 'build-image') return step.build.refs;
  return step.kind === 'pull-image' ? [step.image] : [];
}
