import type { Milliseconds } from '../lib/units.js';
import type { BuildSpec, ContainerSpec, NetworkSpec, VolumeSpec } from '../model/container-spec.js';
import type { Progress } from '../model/event.js';
import type { ContainerTarget } from '../model/replica.js';
import type {
  ContainerDetails,
  ObservedContainer,
  ObservedImage,
  ObservedNetwork,
  ObservedVolume,
} from '../model/observed.js';

/** What a container gets on a network that it is connected to. */
export interface Endpoint {
  /** Further names that every container of the network sees. */
  readonly aliases: readonly string[];
  /** Fixed IPv4 address; null: the engine picks one. */
  readonly address: string | null;
}

/** A network: as it was observed, or by its name. */
export type NetworkTarget = string | { readonly id: string | null; readonly name: string };

/** How every call can be stopped. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/**
 * All that tsfig asks of a container engine, in our words. One method, one request; no decisions, no retries, no waiting.
 * Every method throws `engine-unreachable` when the engine does not answer and `engine-refused` for a refusal that has
 * no code of its own. Methods that name a container throw `container-not-found`.
 * An aborted call rejects with the signal's reason.
 */
export interface Engine {
  /** Where it is reached, such as `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** What it is. Any answer tells that: it is a request of its own only when nothing was asked before. Throws `engine-too-old`. */
  engineInfo(options: CallOptions): Promise<EngineInfo>;
  /**
   * What only those know who can reach this engine, by whichever address: the id of its network `none`, which it draws at
   * random and keeps. Null for an engine that has no such network (Podman). Asked for once.
   */
  secret(options: CallOptions): Promise<string | null>;

  /** Containers of the project in every state, one-offs included; without a project, all of the engine. */
  listContainers(options: CallOptions & { readonly project: string | null }): Promise<readonly ObservedContainer[]>;
  inspectContainer(container: ContainerTarget, options: CallOptions): Promise<ContainerDetails>;
  listNetworks(options: CallOptions): Promise<readonly ObservedNetwork[]>;
  /** The volumes that carry the project's label. */
  listVolumes(options: CallOptions & { readonly project: string }): Promise<readonly ObservedVolume[]>;
  /** Throws `image-not-found`. */
  inspectImage(ref: string, options: CallOptions): Promise<ObservedImage>;
  /**
   * The ids of those of these images that are there, by their reference as given. One that is named by a digest, an id or
   * in any other way than the engine writes it may be missing although it is there.
   */
  findImages(refs: readonly string[], options: CallOptions): Promise<ReadonlyMap<string, string>>;
  /** The engine's own ranges for new networks and what tells whether it runs on this very host. */
  inspectHost(options: CallOptions): Promise<EngineHost>;

  /** Throws `subnet-taken` when it overlaps another network, `name-taken` when the name is in use. */
  createNetwork(network: NetworkSpec, options: CallOptions): Promise<void>;
  /** Throws `not-found`, or `network-in-use` while containers are connected. */
  removeNetwork(network: NetworkTarget, options: CallOptions): Promise<void>;
  /** Throws `not-found`; an address that somebody has is refused when the container starts, or here when it runs. */
  connectNetwork(
    network: NetworkTarget,
    container: ContainerTarget,
    endpoint: Endpoint,
    options: CallOptions,
  ): Promise<void>;
  disconnectNetwork(network: NetworkTarget, container: ContainerTarget, options: CallOptions): Promise<void>;
  /** Does nothing when the volume is there already. */
  createVolume(volume: VolumeSpec, options: CallOptions): Promise<void>;
  /** Throws `not-found`, or `engine-conflict` while a container uses it. */
  removeVolume(name: string, options: CallOptions): Promise<void>;

  /** Answers the id. Throws `name-taken` when the name is in use and `image-not-found` when the image is not there. */
  createContainer(spec: ContainerSpec, options: CallOptions): Promise<string>;
  /**
   * Does nothing when it runs already. Throws `port-taken`, `address-taken`, `command-not-found`,
   * `command-not-executable`.
   */
  startContainer(container: ContainerTarget, options: CallOptions): Promise<void>;
  /** Sends the container's stop signal, then kills after `grace` (null: as the container says, else 10 s). Does nothing when it does not run. */
  stopContainer(container: ContainerTarget, grace: Milliseconds | null, options: CallOptions): Promise<void>;
  /** Throws `engine-conflict` when it does not run. */
  killContainer(container: ContainerTarget, killSignal: string, options: CallOptions): Promise<void>;
  /** Throws `engine-conflict` when it is not paused. */
  unpauseContainer(container: ContainerTarget, options: CallOptions): Promise<void>;
  restartContainer(container: ContainerTarget, grace: Milliseconds | null, options: CallOptions): Promise<void>;
  /** Throws `name-taken`, or `container-restarting` between two lives of a container that is restarted over and over. */
  renameContainer(container: ContainerTarget, to: string, options: CallOptions): Promise<void>;
  /** Kills it first when it runs. `volumes`: its anonymous volumes too. Throws `engine-conflict` while another removal is in progress. */
  removeContainer(container: ContainerTarget, volumes: boolean, options: CallOptions): Promise<void>;
  /** Resolves with the exit code once the container has ended; at once when it does not run (a created one counts as not running unless `nextExit`). */
  waitContainer(container: ContainerTarget, options: CallOptions & { readonly nextExit: boolean }): Promise<number>;

  /** Opens the container's output (and input); works before it is started. Resolves when the engine has switched the connection. */
  attach(container: ContainerTarget, options: CallOptions & AttachOptions): Promise<Attachment>;
  /** What the container has written, and with `follow` what it will; ends when the container ends or the signal aborts. */
  logs(container: ContainerTarget, options: CallOptions & LogOptions): AsyncIterable<OutputChunk>;
  /** Columns and rows of the terminal of a container that has one. */
  resizeTerminal(
    container: ContainerTarget,
    size: { readonly columns: number; readonly rows: number },
    options: CallOptions,
  ): Promise<void>;
  /**
   * What happens to the project's containers from now on. Resolves when the engine is telling: an event caused after that is not missed.
   */
  events(options: CallOptions & { readonly project: string }): Promise<AsyncIterable<EngineEvent>>;

  /** Ends when the image is there. Credentials are looked up by the implementation. Throws `image-not-found`, `pull-failed`. */
  pullImage(ref: string, options: CallOptions): AsyncIterable<Progress>;
  /** Ends when the image is built and named. Throws `build-failed`, with the failing step in the message. */
  buildImage(build: BuildSpec, options: CallOptions): AsyncIterable<BuildOutput>;
  /** Throws `image-not-found`, or `engine-conflict` while a container uses it. */
  removeImage(ref: string, options: CallOptions): Promise<void>;
}

export interface EngineInfo {
  readonly flavor: 'docker' | 'podman';
  /** The API version spoken, such as `1.41`: the lower of the engine's and ours. */
  readonly apiVersion: string;
}

export interface EngineHost {
  readonly engineVersion: string;
  readonly hostname: string;
  readonly kernel: string;
  readonly pools: readonly { readonly base: string; readonly size: number }[];
}

export interface AttachOptions {
  /** True for a container with a terminal: its output is not framed. */
  readonly tty: boolean;
  readonly stdin: boolean;
}

export interface LogOptions {
  readonly tty: boolean;
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** Last lines only; null: all. */
  readonly tail: number | null;
  /** Seconds since the epoch with a fraction, as text so that no nanosecond is lost; null: no bound. */
  readonly since: string | null;
  readonly until: string | null;
}

export interface OutputChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

export interface Attachment {
  /** Ends when the container ends. To be read once. */
  readonly output: AsyncIterable<OutputChunk>;
  /** Sends bytes to the container; resolves when they were taken. */
  write(bytes: Uint8Array): Promise<void>;
  /** Half-closes: the container's standard input ends, its output goes on. */
  endInput(): void;
  close(): void;
}

export type BuildOutput =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'progress'; readonly progress: Progress };

/** One line of the engine's events, as far as tsfig cares. */
export interface EngineEvent {
  readonly action:
    'create' | 'start' | 'die' | 'stop' | 'kill' | 'oom' | 'destroy' | 'rename' | 'pause' | 'unpause' | 'health';
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** With `die`. */
  readonly exitCode: number | null;
  /** With `health`. */
  readonly health: 'healthy' | 'unhealthy' | 'starting' | null;
  /** Seconds since the epoch with nanoseconds, as text. */
  readonly at: string;
}
