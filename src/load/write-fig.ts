import { durationToUnits } from '../lib/units.js';
import type { ExposedPort, HealthCheck, Mount, NetMode, Project, Service, WantedPort } from '../model/project.js';

/** A service as its keys in fig.yml: what `loadProject` would read the same service from. Defaults are left out. */
export type FigService = Readonly<Record<string, unknown>>;

/** The project in the words of its file, with everything filled in; the services in the order given. */
export function projectToFig(project: Project, order: readonly string[]): Record<string, FigService> {
  return Object.fromEntries(
    order.flatMap((name) => {
      const service = project.services.get(name);
      return service ? [[name, serviceToFig(service)]] : [];
    }),
  );
}

function serviceToFig(service: Service): FigService {
  const keys = { ...sourceKeys(service), ...wordKeys(service), ...limitKeys(service), ...listKeys(service) };
  return Object.fromEntries(
    Object.entries(keys)
      .filter(([key, value]) => isSaid(value) || (SAYS_BY_BEING_EMPTY.has(key) && value !== null))
      .map(([key, value]) => [key, escaped(value)]),
  );
}

/** An empty command is not the same as none: the image's own does not count then. */
const SAYS_BY_BEING_EMPTY = new Set(['command', 'entrypoint']);

const sourceKeys = ({ source }: Service): FigService => {
  if (!source.build) return { image: source.ref };
  const { context, args, target, dockerfile } = source.build;
  return { build: { context, dockerfile, ...(isSaid(args) ? { args } : {}), ...(target === null ? {} : { target }) } };
};

const wordKeys = (service: Service): FigService => ({
  container_name: service.containerName,
  command: service.command,
  entrypoint: service.entrypoint,
  hostname: service.hostname,
  domainname: service.domainname,
  mac_address: service.macAddress,
  working_dir: service.workingDir,
  user: service.user,
  net: netToFig(service.net),
  pid: service.pid,
  ipc: service.ipc,
  restart: restartToFig(service),
  log_driver: service.logDriver,
  volume_driver: service.volumeDriver,
  'tsfig.link_env': service.linkEnv === 'all' ? null : service.linkEnv,
  'tsfig.once': service.once,
  tty: service.tty,
  stdin_open: service.stdinOpen,
  privileged: service.privileged,
  read_only: service.readOnly,
  init: service.init ?? undefined,
});

const limitKeys = (service: Service): FigService => ({
  mem_limit: service.memLimit,
  memswap_limit: service.memswapLimit,
  cpu_shares: service.cpuShares,
  cpuset: service.cpuset,
  cgroup_parent: service.cgroupParent,
  ulimits: Object.fromEntries(service.ulimits.map(({ name, soft, hard }) => [name, { soft, hard }])),
  stop_signal: service.stopSignal,
  stop_grace_period: service.stopGrace === null ? null : durationToUnits(service.stopGrace),
  healthcheck: service.healthcheck && healthcheckToFig(service.healthcheck),
});

const listKeys = (service: Service): FigService => ({
  environment: service.environment,
  links: service.links.map(linkToFig),
  external_links: service.externalLinks.map(linkToFig),
  ports: service.ports.map(portToFig),
  expose: service.expose.map(exposedToFig),
  volumes: service.mounts.map(mountToFig),
  volumes_from: service.volumesFrom.map(({ source, readOnly }) => (readOnly ? `${source}:ro` : source)),
  tmpfs: Object.entries(service.tmpfs).map(([path, options]) => (options === '' ? path : `${path}:${options}`)),
  dns: service.dns,
  dns_search: service.dnsSearch,
  extra_hosts: service.extraHosts,
  cap_add: service.capAdd,
  cap_drop: service.capDrop,
  security_opt: service.securityOpt,
  devices: service.devices.map(({ host, container, permissions }) => `${host}:${container}:${permissions}`),
  log_opt: service.logOpt,
  labels: service.labels,
});

const linkToFig = ({ target, alias }: Service['links'][number]): string =>
  target === alias ? target : `${target}:${alias}`;

function portToFig({ hostIp, hostPort, hostTemplate, hostRange, containerPort, protocol }: WantedPort): string {
  const address = hostIp === null ? '' : `${hostIp.includes(':') ? `[${hostIp}]` : hostIp}:`;
  const outside = hostTemplate ?? hostRange ?? hostPort;
  const host = outside === null ? (hostIp === null ? '' : ':') : `${outside}:`;
  return `${address}${host}${containerPort}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}

const exposedToFig = ({ port, protocol }: ExposedPort): string =>
  protocol === 'tcp' ? `${port}` : `${port}/${protocol}`;

function mountToFig(mount: Mount): string {
  if (mount.kind === 'anonymous') return mount.target;
  const from = mount.kind === 'bind' ? mount.source : mount.volume;
  return `${from}:${mount.target}${mount.mode === '' || mount.mode === 'rw' ? '' : `:${mount.mode}`}`;
}

function netToFig(net: NetMode): string | null {
  switch (net.kind) {
    case 'project':
      return null;
    case 'service':
      return `container:${net.service}`;
    case 'container':
      return `container:${net.container}`;
    case 'bridge':
    case 'host':
    case 'none':
      return net.kind;
  }
}

function restartToFig({ restart }: Service): string | null {
  if (restart.name === 'no') return null;
  return restart.maxRetries > 0 ? `${restart.name}:${restart.maxRetries}` : restart.name;
}

function healthcheckToFig({ test, retries, ...times }: HealthCheck): FigService {
  if (test?.[0] === 'NONE') return { disable: true };
  const lengths = {
    interval: times.interval,
    timeout: times.timeout,
    start_period: times.startPeriod,
    start_interval: times.startInterval,
  };
  const said = Object.entries(lengths).flatMap(([key, length]) =>
    length === null ? [] : [[key, durationToUnits(length)]],
  );
  return {
    ...(test === null ? {} : { test }),
    ...(Object.fromEntries(said) as FigService),
    ...(retries === null ? {} : { retries }),
  };
}

const isSaid = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== false && !isEmptyRecord(value);
const isEmptyRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** The same value with every `$` doubled, so that reading it again changes nothing. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escaped(inner)]));
}
