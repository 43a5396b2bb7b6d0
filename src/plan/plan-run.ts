import type { ContainerSpec } from '../model/container-spec.js';
import { LABEL } from '../model/names.js';
import type { PublishedPort, Service } from '../model/project.js';
import type { PlanInput } from './plan-input.js';
import { specFor } from './spec-for.js';

/** What `run` changes of a service for one container of it. Null: as the service has it. */
export interface RunWish {
  readonly name: string;
  readonly command: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  /** Laid over the service's environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string | null;
  readonly workingDir: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly PublishedPort[];
  readonly servicePorts: boolean;
  readonly tty: boolean;
  readonly stdin: boolean;
  /** Somebody reads its output. */
  readonly attached: boolean;
  /** tsfig's own, beside those that say whose the container is. */
  readonly facts?: Readonly<Record<string, string>>;
}

/**
 * A one-off of a service: its whole configuration, but no published ports unless asked for, no restart policy, and links
 * to its own siblings, as Fig gave them.
 */
export function specForRun(input: PlanInput, service: Service, wish: RunWish): ContainerSpec {
  const changed: Service = {
    ...service,
    environment: { ...service.environment, ...wish.environment },
    ports: [...(wish.servicePorts ? service.ports : []), ...wish.ports],
    command: wish.command ?? (wish.entrypoint === null ? service.command : null),
    entrypoint: wish.entrypoint ?? service.entrypoint,
    user: wish.user ?? service.user,
    workingDir: wish.workingDir ?? service.workingDir,
    labels: { ...service.labels, ...wish.labels },
    restart: { name: 'no', maxRetries: 0 },
    tty: wish.tty,
    stdinOpen: wish.stdin,
    containerName: null,
  };
  const siblings = service.net.kind === 'project' && hasContainers(input, service);
  const spec = specFor(input, { consumer: { name: wish.name, service: changed, siblings }, number: null, old: null });
  // Ports that are not published are not exposed either, so that two one-offs never get into each other's way.
  return {
    ...spec,
    stdinOnce: wish.stdin,
    attached: wish.attached,
    labels: { ...spec.labels, ...wish.facts, [LABEL.oneOff]: 'True', [LABEL.tty]: String(wish.tty) },
  };
}

const hasContainers = (input: PlanInput, service: Service): boolean =>
  (input.replicas.wanted.get(service.name) ?? []).some(({ current }) => current !== null);
