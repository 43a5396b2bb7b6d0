import { ms, type Milliseconds } from '../../lib/units.js';
import type {
  ContainerDetails,
  ContainerState,
  HealthState,
  ObservedContainer,
  ObservedImage,
  ObservedNetwork,
} from '../../model/observed.js';
import type { ExposedPort, HealthCheck, Protocol } from '../../model/project.js';
import type { EngineHost } from '../engine.js';
import type {
  ContainerJson,
  ContainerSummaryJson,
  EndpointJson,
  HealthcheckJson,
  HostJson,
  ImageJson,
  ImageSummaryJson,
  MountJson,
  NetworkJson,
  PortJson,
} from './docker-json.js';
import { readImageRef } from './image-ref.js';

/** One entry of `GET /containers/json` (Engine API v1.40 to v1.51). */
export function toObservedContainer(summary: ContainerSummaryJson): ObservedContainer {
  const status = summary.Status ?? '';
  return {
    id: summary.Id,
    name: ownName(summary.Names ?? []),
    image: summary.Image ?? '',
    imageId: summary.ImageID ?? '',
    state: toState(summary.State),
    health: healthOfStatus(status),
    exitCode: exitCodeOfStatus(status),
    status,
    command: summary.Command ?? '',
    createdAt: summary.Created ?? 0,
    labels: summary.Labels ?? {},
    ports: (summary.Ports ?? []).map(toObservedPort),
    mounts: (summary.Mounts ?? []).map(toObservedMount),
    sharesNetworkOf: /^container:(.+)$/.exec(summary.HostConfig?.NetworkMode ?? '')?.[1] ?? null,
    networks: mapValues(summary.NetworkSettings?.Networks ?? {}, toObservedEndpoint),
  };
}

/** A container that legacy links point to has a name `/consumer/alias` for each of them beside its own. */
function ownName(names: readonly string[]): string {
  const own = names.find((name) => !name.slice(1).includes('/')) ?? names[0] ?? '';
  return own.replace(/^\//, '');
}

const STATES: readonly string[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
] satisfies ContainerState[];

/** Podman has words of its own: `configured` is created, `stopped` is exited, `stopping` still runs. */
const PODMAN_STATES: Readonly<Record<string, ContainerState>> = {
  configured: 'created',
  initialized: 'created',
  stopped: 'exited',
  stopping: 'running',
};

function toState(state: string | null | undefined): ContainerState {
  const known = state ?? '';
  return STATES.includes(known) ? (known as ContainerState) : (PODMAN_STATES[known] ?? 'dead');
}

/** The list tells the health in its status only: `Up 2 hours (healthy)`, `Up 1 second (health: starting)` (20.10 to 28.5). */
function healthOfStatus(status: string): HealthState {
  const word = /\((?:health: )?(healthy|unhealthy|starting)\)$/.exec(status)?.[1];
  return toHealth(word);
}

const toHealth = (word: string | null | undefined): HealthState =>
  word === 'healthy' || word === 'unhealthy' || word === 'starting' ? word : 'none';

/** The list tells the exit code in its status only: `Exited (137) 3 seconds ago`, `Restarting (1) 2 seconds ago`. */
function exitCodeOfStatus(status: string): number | null {
  const code = /^(?:Exited|Restarting) \((-?\d+)\)/.exec(status)?.[1];
  return code === undefined ? null : Number(code);
}

const toObservedPort = ({ IP, PrivatePort, PublicPort, Type }: PortJson): ObservedContainer['ports'][number] => ({
  hostIp: PublicPort ? emptyToNull(IP) : null,
  hostPort: PublicPort ?? null,
  containerPort: PrivatePort,
  protocol: Type ?? 'tcp',
});

const toObservedMount = ({ Type, Name, Source, Destination }: MountJson): ObservedContainer['mounts'][number] => ({
  kind: Type ?? 'bind',
  volume: emptyToNull(Name),
  source: Source ?? '',
  target: Destination ?? '',
});

/**
 * The list tells the address asked for in every state, created and exited ones included; the address in use is empty
 * unless the container runs (seen on 20.10.24).
 */
const toObservedEndpoint = ({
  IPAddress,
  IPAMConfig,
  NetworkID,
}: EndpointJson): ObservedContainer['networks'][string] => ({
  networkId: emptyToNull(NetworkID),
  address: emptyToNull(IPAddress),
  fixed: emptyToNull(IPAMConfig?.IPv4Address),
});

/** The answer of `GET /containers/{id}/json` (Engine API v1.40 to v1.51). */
export function toContainerDetails(container: ContainerJson): ContainerDetails {
  const { State: state, Config: config } = container;
  return {
    id: container.Id,
    name: (container.Name ?? '').replace(/^\//, ''),
    state: toState(state?.Status),
    health: toHealth(state?.Health?.Status),
    exitCode: state?.ExitCode ?? 0,
    outOfMemory: state?.OOMKilled ?? false,
    startError: emptyToNull(state?.Error),
    startedAt: toMoment(state?.StartedAt),
    finishedAt: toMoment(state?.FinishedAt),
    lastProbe: emptyToNull(state?.Health?.Log?.at(-1)?.Output),
    tty: config?.Tty ?? false,
    restartCount: container.RestartCount ?? 0,
    environment: config?.Env ?? [],
    exposed: toExposed(config?.ExposedPorts),
    command: [emptyToNull(container.Path), ...(container.Args ?? [])].filter((word) => word !== null),
    networks: mapValues(container.NetworkSettings?.Networks ?? {}, ({ Aliases, ...endpoint }) => ({
      ...toObservedEndpoint(endpoint),
      aliases: Aliases ?? [],
    })),
  };
}

/** Year one is the engine's "never". */
const toMoment = (text: string | null | undefined): string | null =>
  !text || text.startsWith('0001-01-01') ? null : text;

/** The answer of `GET /images/{ref}/json` (Engine API v1.40 to v1.51). */
export function toObservedImage({ Id, Config }: ImageJson): ObservedImage {
  return {
    id: Id,
    environment: Config?.Env ?? [],
    exposed: toExposed(Config?.ExposedPorts),
    volumes: Object.keys(Config?.Volumes ?? {}),
    healthcheck: Config?.Healthcheck ? toHealthCheck(Config.Healthcheck) : null,
  };
}

/** The answer of `GET /images/json` (Engine API v1.40 to v1.51), which writes every image with its tag. */
export function toImageIds(refs: readonly string[], images: readonly ImageSummaryJson[]): Map<string, string> {
  const byTag = new Map(images.flatMap(({ Id, RepoTags }) => (RepoTags ?? []).map((tag) => [tag, Id] as const)));
  return new Map(
    refs.flatMap((ref) => {
      const { repository, tag } = readImageRef(ref);
      const id = ref.includes('@') ? undefined : byTag.get(`${repository}:${tag}`);
      return id === undefined ? [] : [[ref, id] as const];
    }),
  );
}

function toHealthCheck(check: HealthcheckJson): HealthCheck {
  const length = (nanoseconds: number | null | undefined): Milliseconds | null =>
    nanoseconds ? ms(nanoseconds / 1_000_000) : null;
  return {
    test: check.Test && check.Test.length > 0 ? check.Test : null,
    interval: length(check.Interval),
    timeout: length(check.Timeout),
    startPeriod: length(check.StartPeriod),
    startInterval: length(check.StartInterval),
    retries: check.Retries ?? null,
  };
}

function toExposed(ports: Readonly<Record<string, unknown>> | null | undefined): readonly ExposedPort[] {
  return Object.keys(ports ?? {}).map((key) => {
    const [port, protocol] = key.split('/');
    return { port: Number(port), protocol: (protocol ?? 'tcp') as Protocol };
  });
}

/** One entry of `GET /networks` (Engine API v1.40 to v1.51). */
export function toObservedNetwork(network: NetworkJson): ObservedNetwork {
  const ranges = network.IPAM?.Config ?? [];
  const ipv4 = (values: readonly (string | null | undefined)[]): readonly string[] =>
    values.filter((value): value is string => Boolean(value) && !value?.includes(':'));
  return {
    id: network.Id,
    name: network.Name,
    driver: network.Driver ?? '',
    labels: network.Labels ?? {},
    subnets: ipv4(ranges.map(({ Subnet }) => Subnet)),
    dynamicRanges: ipv4(ranges.map(({ IPRange }) => IPRange)),
    gateways: ipv4(ranges.map(({ Gateway }) => Gateway)),
  };
}

/** What the engine uses when it was not told (moby, libnetwork/ipamutils: local scope defaults, 18.09 to 28). */
const DEFAULT_POOLS: EngineHost['pools'] = [
  { base: '172.17.0.0/16', size: 16 },
  { base: '172.18.0.0/16', size: 16 },
  { base: '172.19.0.0/16', size: 16 },
  { base: '172.20.0.0/14', size: 16 },
  { base: '172.24.0.0/14', size: 16 },
  { base: '172.28.0.0/14', size: 16 },
  { base: '192.168.0.0/16', size: 20 },
];

/** The answer of `GET /info` (Engine API v1.40 to v1.51). It names the pools only when the engine was told some. */
export function toEngineHost({ ServerVersion, Name, KernelVersion, DefaultAddressPools }: HostJson): EngineHost {
  const told = (DefaultAddressPools ?? []).filter(({ Base }) => !Base.includes(':'));
  return {
    engineVersion: ServerVersion ?? '',
    hostname: Name ?? '',
    kernel: KernelVersion ?? '',
    pools: told.length > 0 ? told.map(({ Base, Size }) => ({ base: Base, size: Size })) : DEFAULT_POOLS,
  };
}

const emptyToNull = (text: string | null | undefined): string | null => (text ? text : null);

const mapValues = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
