import type { Milliseconds } from '../../lib/units.js';
import type { ContainerSpec, NetworkSpec, SpecMount, SpecNetwork, VolumeSpec } from '../../model/container-spec.js';
import type { ExposedPort, HealthCheck, PublishedPort } from '../../model/project.js';

/** Engine API JSON; what is undefined is left out when it is sent. */
export type DockerJson = Readonly<Record<string, unknown>>;

const NANOSECONDS = 1_000_000;

/**
 * The body of `POST /containers/create` (Engine API v1.40 to v1.51). `apiVersion` decides where the MAC address stands:
 * beside the image before 1.44, in the endpoint from then on.
 */
export function toCreateBody(spec: ContainerSpec, apiVersion: string): DockerJson {
  const macInEndpoint = isAtLeast(apiVersion, 1, 44);
  return {
    Image: spec.image,
    Cmd: spec.command ?? undefined,
    // Engine API: one empty string clears the image's entrypoint; an empty list would leave the choice to the engine.
    Entrypoint: spec.entrypoint?.length === 0 ? [''] : (spec.entrypoint ?? undefined),
    Env: spec.environment,
    Labels: spec.labels,
    ExposedPorts: toPortSet(spec),
    Volumes: toAnonymousVolumes(spec.mounts),
    Hostname: spec.hostname ?? undefined,
    Domainname: spec.domainname ?? undefined,
    MacAddress: macInEndpoint ? undefined : (spec.macAddress ?? undefined),
    WorkingDir: spec.workingDir ?? undefined,
    User: spec.user ?? undefined,
    Tty: spec.tty,
    OpenStdin: spec.stdinOpen,
    StdinOnce: spec.stdinOnce,
    AttachStdin: spec.stdinOnce,
    AttachStdout: spec.attached,
    AttachStderr: spec.attached,
    StopSignal: spec.stopSignal ?? undefined,
    StopTimeout: spec.stopGrace === null ? undefined : wholeSeconds(spec.stopGrace),
    Healthcheck: spec.healthcheck ? toHealthcheck(spec.healthcheck, apiVersion) : undefined,
    HostConfig: toHostConfig(spec),
    NetworkingConfig: toNetworkingConfig(spec.network, macInEndpoint ? spec.macAddress : null),
  };
}

function toHostConfig(spec: ContainerSpec): DockerJson {
  const hasLog = spec.logDriver !== null || Object.keys(spec.logOpt).length > 0;
  return {
    Binds: spec.mounts.flatMap(toBind),
    Mounts: toMounts(spec.mounts),
    PortBindings: toPortBindings(spec.ports),
    NetworkMode: toNetworkMode(spec.network),
    RestartPolicy: { Name: spec.restart.name, MaximumRetryCount: spec.restart.maxRetries },
    VolumesFrom: spec.volumesFrom,
    VolumeDriver: spec.volumeDriver ?? undefined,
    Tmpfs: spec.tmpfs,
    Dns: spec.dns,
    DnsSearch: spec.dnsSearch,
    ExtraHosts: spec.extraHosts,
    Privileged: spec.privileged,
    ReadonlyRootfs: spec.readOnly,
    Init: spec.init ?? undefined,
    CapAdd: spec.capAdd,
    CapDrop: spec.capDrop,
    SecurityOpt: spec.securityOpt,
    Devices: spec.devices.map(({ host, container, permissions }) => ({
      PathOnHost: host,
      PathInContainer: container,
      CgroupPermissions: permissions,
    })),
    Ulimits: spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    Memory: spec.memLimit ?? undefined,
    MemorySwap: spec.memswapLimit ?? undefined,
    CpuShares: spec.cpuShares ?? undefined,
    CpusetCpus: spec.cpuset ?? undefined,
    CgroupParent: spec.cgroupParent ?? undefined,
    PidMode: spec.pid ?? undefined,
    IpcMode: spec.ipc ?? undefined,
    LogConfig: hasLog ? { Type: spec.logDriver ?? '', Config: spec.logOpt } : undefined,
  };
}

function toNetworkMode(network: SpecNetwork): string {
  switch (network.kind) {
    case 'network':
      return network.name;
    case 'container':
      return `container:${network.container}`;
    case 'bridge':
    case 'host':
    case 'none':
      return network.kind;
  }
}

function toNetworkingConfig(network: SpecNetwork, mac: string | null): DockerJson | undefined {
  const MacAddress = mac ?? undefined;
  if (network.kind === 'bridge' && mac !== null) return { EndpointsConfig: { bridge: { MacAddress } } };
  if (network.kind !== 'network') return undefined;
  const endpoint = {
    IPAMConfig: network.address === null ? undefined : { IPv4Address: network.address },
    Links: network.links.length > 0 ? network.links : undefined,
    Aliases: network.aliases.length > 0 ? network.aliases : undefined,
    MacAddress,
  };
  return { EndpointsConfig: { [network.name]: endpoint } };
}

const portKey = (port: number, protocol: string): string => `${port}/${protocol}`;

/** Published ports have to be exposed too: Engine 20.10 starts a container without publishing those that are not. */
function toPortSet({ expose, ports }: { expose: readonly ExposedPort[]; ports: readonly PublishedPort[] }): DockerJson {
  const keys = [
    ...expose.map(({ port, protocol }) => portKey(port, protocol)),
    ...ports.map(({ containerPort, protocol }) => portKey(containerPort, protocol)),
  ];
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

function toPortBindings(ports: readonly PublishedPort[]): DockerJson {
  const bindings: Record<string, object[]> = {};
  for (const { hostIp, hostPort, hostRange = '', containerPort, protocol } of ports) {
    const binding = { HostIp: hostIp ?? '', HostPort: hostPort === null ? hostRange : String(hostPort) };
    (bindings[portKey(containerPort, protocol)] ??= []).push(binding);
  }
  return bindings;
}

/** Where a colon in the path would end it. */
const needsMount = (source: string): boolean => source.includes(':');

/** Undefined where there are none, as the engine has always been asked. */
function toMounts(mounts: readonly SpecMount[]): DockerJson[] | undefined {
  const found = mounts.flatMap((mount) => {
    if (mount.kind !== 'bind' || !needsMount(mount.source)) return [];
    const modes = mount.mode.split(',');
    const Propagation = modes.find((each) => /^r?(?:shared|slave|private)$/.test(each));
    const Consistency = modes.find((each) => /^(?:cached|delegated|consistent)$/.test(each));
    const BindOptions = Propagation === undefined ? undefined : { Propagation };
    const ReadOnly = modes.includes('ro');
    return { Type: 'bind', Source: mount.source, Target: mount.target, ReadOnly, Consistency, BindOptions };
  });
  return found.length > 0 ? found : undefined;
}

/** `Binds` rather than `Mounts`: only binds make a missing directory of the host, as `docker run -v` does. */
function toBind(mount: SpecMount): string[] {
  switch (mount.kind) {
    case 'bind':
      return needsMount(mount.source) ? [] : [withMode(`${mount.source}:${mount.target}`, mount.mode)];
    case 'volume':
      return [withMode(`${mount.volume}:${mount.target}`, mount.mode)];
    case 'anonymous':
      return mount.carried === null ? [] : [`${mount.carried}:${mount.target}`];
  }
}

const withMode = (bind: string, mode: string): string => (mode === '' ? bind : `${bind}:${mode}`);

function toAnonymousVolumes(mounts: readonly SpecMount[]): DockerJson {
  const fresh = mounts.filter((mount) => mount.kind === 'anonymous' && mount.carried === null);
  return Object.fromEntries(fresh.map(({ target }) => [target, {}]));
}

function toHealthcheck(check: HealthCheck, apiVersion: string): DockerJson {
  return {
    Test: check.test ?? undefined,
    Interval: nanoseconds(check.interval),
    Timeout: nanoseconds(check.timeout),
    StartPeriod: nanoseconds(check.startPeriod),
    StartInterval: isAtLeast(apiVersion, 1, 44) ? nanoseconds(check.startInterval) : undefined,
    Retries: check.retries ?? undefined,
  };
}

const nanoseconds = (length: Milliseconds | null): number | undefined =>
  length === null ? undefined : Math.round(length * NANOSECONDS);

/** The engine knows grace periods in whole seconds only; half a second becomes one rather than none. */
export const wholeSeconds = (length: Milliseconds): number => Math.ceil(length / 1000);

/** The body of `POST /networks/create` (Engine API v1.40 to v1.51). */
export function toNetworkBody({ name, subnet, gateway, dynamicRange, labels }: NetworkSpec): DockerJson {
  const range = { Subnet: subnet ?? undefined, Gateway: gateway ?? undefined, IPRange: dynamicRange ?? undefined };
  return {
    Name: name,
    // Before API 1.44 two networks could have one name unless this was asked for.
    CheckDuplicate: true,
    Driver: 'bridge',
    IPAM: subnet === null ? undefined : { Config: [range] },
    Labels: labels,
  };
}

/** The body of `POST /volumes/create` (Engine API v1.40 to v1.51). */
export const toVolumeBody = ({ name, driver, labels }: VolumeSpec): DockerJson => ({
  Name: name,
  Driver: driver ?? undefined,
  Labels: labels,
});

/** Is an API version such as `1.41` at least `major.minor`? */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
