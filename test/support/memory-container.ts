import type { ContainerSpec } from '../../src/model/container-spec.js';
import type {
  ContainerDetails,
  ContainerState,
  HealthState,
  ObservedContainer,
  ObservedImage,
} from '../../src/model/observed.js';
import type { Feed } from './feed.js';
import type { Deed } from './memory-program.js';

export interface LoggedOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
  /** Seconds since the epoch. */
  readonly at: number;
}

/** A container of the engine in memory; changed by the engine only. */
export interface MemoryContainer {
  readonly id: string;
  name: string;
  readonly spec: ContainerSpec;
  readonly image: ObservedImage;
  readonly createdAt: number;
  state: ContainerState;
  health: HealthState;
  exitCode: number;
  outOfMemory: boolean;
  startedAt: string | null;
  finishedAt: string | null;
  lastProbe: string | null;
  /** Of the whole life, for `logs`. */
  readonly log: LoggedOutput[];
  /** Of this run, for whoever is attached or follows. */
  output: Feed<LoggedOutput>;
  /** Ends with the run. */
  ended: Feed<number>;
  deedsLeft: readonly Deed[];
  readonly mounts: readonly ObservedContainer['mounts'][number][];
  /** As the engine does, by id from the creation on. */
  readonly sharesNetworkOf: string | null;
  readonly networks: Map<string, MemoryEndpoint>;
}

export interface MemoryEndpoint {
  readonly networkId: string | null;
  readonly fixed: string | null;
  readonly aliases: readonly string[];
  address: string | null;
}

export const runs = ({ state }: MemoryContainer): boolean => state === 'running' || state === 'paused';

export function toObserved(container: MemoryContainer): ObservedContainer {
  const { spec, state } = container;
  const running = runs(container);
  return {
    id: container.id,
    name: container.name,
    image: spec.image,
    imageId: container.image.id,
    state,
    health: running ? container.health : 'none',
    exitCode: state === 'exited' ? container.exitCode : null,
    status: statusOf(container),
    command: [...(spec.entrypoint ?? []), ...(spec.command ?? ['sh'])].join(' '),
    createdAt: container.createdAt,
    labels: spec.labels,
    ports: running
      ? spec.ports.map(({ hostIp, hostPort, containerPort, protocol }) => ({
          hostIp: hostIp ?? '0.0.0.0',
          hostPort,
          containerPort,
          protocol,
        }))
      : [],
    mounts: container.mounts,
    sharesNetworkOf: container.sharesNetworkOf,
    networks: Object.fromEntries(
      [...container.networks].map(([name, { address, fixed, networkId }]) => [name, { address, fixed, networkId }]),
    ),
  };
}

function statusOf({ state, exitCode, health }: MemoryContainer): string {
  if (state === 'created') return 'Created';
  if (state === 'exited') return `Exited (${exitCode}) 1 second ago`;
  if (health === 'none') return 'Up 1 second';
  return `Up 1 second (${health === 'starting' ? 'health: starting' : health})`;
}

export function toDetails(container: MemoryContainer): ContainerDetails {
  const { spec, image } = container;
  return {
    id: container.id,
    name: container.name,
    state: container.state,
    health: container.health,
    exitCode: container.exitCode,
    outOfMemory: container.outOfMemory,
    startError: null,
    startedAt: container.startedAt,
    finishedAt: container.finishedAt,
    lastProbe: container.lastProbe,
    tty: spec.tty,
    restartCount: 0,
    environment: [...image.environment, ...spec.environment],
    exposed: [
      ...image.exposed,
      ...spec.expose,
      ...spec.ports.map(({ containerPort, protocol }) => ({ port: containerPort, protocol })),
    ],
    command: [...(spec.entrypoint ?? []), ...(spec.command ?? ['sh'])],
    networks: Object.fromEntries(
      [...container.networks].map(([name, { address, fixed, networkId, aliases }]) => [
        name,
        { address, fixed, networkId, aliases },
      ]),
    ),
  };
}
