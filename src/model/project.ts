import type { Bytes, Milliseconds } from '../lib/units.js';
import type { Span } from './diagnostic.js';

/** A project as its file wants it: fully resolved, every default filled in, the dialect forgotten. */
export interface Project {
  readonly name: string;
  /** Absolute path of the file, or `-` for standard input. */
  readonly file: string;
  /** Absolute real path of the directory that relative paths are relative to. */
  readonly directory: string;
  /** In file order. */
  readonly services: ReadonlyMap<string, Service>;
  /** By key. */
  readonly volumes: ReadonlyMap<string, ProjectVolume>;
}

/** The image of a service: its name, and how it is built when it is not only fetched. */
export interface ImageSource {
  readonly ref: string;
  /** Null: it is fetched by its name. */
  readonly build: Build | null;
}

export interface Build {
  /** Absolute directory, or a URL the engine fetches by itself (`git://…`, `https://…`, `github.com/…`). */
  readonly context: string;
  readonly remote: boolean;
  /** Path from the context on, which may lead out of it. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target: string | null;
}

/** One constraint between two services. */
export interface Dependency {
  readonly on: string;
  /** The key that says so. */
  readonly because: 'links' | 'volumes_from' | 'net';
  /** How far the other one must be before this one starts: running, or (where it has a health check) healthy. */
  readonly until: 'started' | 'healthy';
  /** What this one's containers have of the other's, so that they follow when those are recreated. */
  readonly shares: 'network' | 'volumes' | null;
  readonly at: Span;
}

/** A volume of the project. Where no service uses it, it is not made. */
export interface ProjectVolume {
  /** As mounts refer to it. */
  readonly key: string;
  /** The engine's name of it. */
  readonly name: string;
  readonly driver: string | null;
}

/** `container` is a service of the project or, when `external`, a container that tsfig does not manage. */
export interface Link {
  readonly target: string;
  readonly alias: string;
  readonly at: Span;
}

export interface PublishedPort {
  /** null: every address of the host. */
  readonly hostIp: string | null;
  /** null: the engine picks a free one. */
  readonly hostPort: number | null;
  /** `3000-3005`: the engine picks one of these. There only where it was written so; `hostPort` is null then. */
  readonly hostRange?: string;
  readonly containerPort: number;
  readonly protocol: Protocol;
}
/** A port as a service wants it for each of its containers. */
export interface WantedPort extends PublishedPort {
  /** `80%i`: the port of the host, with the container's number in the place of `%i`. There only where it was written so. */
  readonly hostTemplate?: string;
}
export type Protocol = 'tcp' | 'udp' | 'sctp';
export interface ExposedPort {
  readonly port: number;
  readonly protocol: Protocol;
}

export type Mount =
  /** `source` is an absolute path of the host. */
  | { readonly kind: 'bind'; readonly source: string; readonly target: string; readonly mode: string }
  /** `volume` is a key of the project's volumes. */
  | { readonly kind: 'volume'; readonly volume: string; readonly target: string; readonly mode: string }
  | { readonly kind: 'anonymous'; readonly target: string };

export interface VolumesFrom {
  /** A service of the project, or (`external`) a container that tsfig does not manage. */
  readonly source: string;
  readonly external: boolean;
  readonly readOnly: boolean;
}

/** `project` is the user-defined network of the project; `service` joins a container of that service. */
export type NetMode =
  | { readonly kind: 'project' }
  | { readonly kind: 'bridge' }
  | { readonly kind: 'host' }
  | { readonly kind: 'none' }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'container'; readonly container: string };

export interface HealthCheck {
  /** As the engine has it: `['CMD', …]`, `['CMD-SHELL', line]`, or `['NONE']` to turn the image's own off; null: the image's own. */
  readonly test: readonly string[] | null;
  readonly interval: Milliseconds | null;
  readonly timeout: Milliseconds | null;
  readonly startPeriod: Milliseconds | null;
  readonly startInterval: Milliseconds | null;
  readonly retries: number | null;
}

export interface RestartPolicy {
  readonly name: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  readonly maxRetries: number;
}

export interface Device {
  readonly host: string;
  readonly container: string;
  readonly permissions: string;
}

export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** How much of a link's target its consumer is told in variables (decisions 5). */
export type LinkEnv = 'none' | 'ports' | 'all';

/** What reaches the engine as the file has it. Null: as the image or the engine has it. */
export interface ContainerSettings {
  readonly command: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  readonly ports: readonly PublishedPort[];
  readonly expose: readonly ExposedPort[];
  readonly volumeDriver: string | null;
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly hostname: string | null;
  readonly domainname: string | null;
  readonly macAddress: string | null;
  readonly workingDir: string | null;
  readonly user: string | null;
  readonly tty: boolean;
  readonly stdinOpen: boolean;
  readonly privileged: boolean;
  readonly readOnly: boolean;
  readonly init: boolean | null;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOpt: readonly string[];
  readonly devices: readonly Device[];
  readonly ulimits: readonly Ulimit[];
  readonly memLimit: Bytes | null;
  /** -1: no limit on swap. */
  readonly memswapLimit: number | null;
  readonly cpuShares: number | null;
  readonly cpuset: string | null;
  readonly cgroupParent: string | null;
  readonly pid: string | null;
  readonly ipc: string | null;
  readonly logDriver: string | null;
  readonly logOpt: Readonly<Record<string, string>>;
  readonly restart: RestartPolicy;
  readonly healthcheck: HealthCheck | null;
  readonly stopSignal: string | null;
  readonly stopGrace: Milliseconds | null;
}

/** What one service wants. It knows nothing of containers. */
export interface Service extends ContainerSettings {
  readonly name: string;
  readonly ports: readonly WantedPort[];
  /** Where its key stands in the file. */
  readonly at: Span;
  readonly source: ImageSource;
  readonly needs: readonly Dependency[];
  /** env files and `environment:` merged; no link variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly links: readonly Link[];
  readonly externalLinks: readonly Link[];
  readonly linkEnv: LinkEnv;
  readonly mounts: readonly Mount[];
  readonly volumesFrom: readonly VolumesFrom[];
  readonly net: NetMode;
  readonly extraHosts: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** A job, which is run, rather than a service, which is brought up. Nothing but `units` makes a difference. */
  readonly once: boolean;
  /** A fixed name instead of PROJECT_SERVICE_N. */
  readonly containerName: string | null;
}

/** The volume that a mount refers to. Throws for a key that is not the project's, which is a bug of ours. */
export function volumeOf({ volumes }: Pick<Project, 'volumes'>, key: string): ProjectVolume {
  const volume = volumes.get(key);
  if (!volume) throw new Error(`the project has no volume "${key}"`);
  return volume;
}
