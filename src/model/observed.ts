import { LABEL } from './names.js';
import type { ExposedPort, HealthCheck } from './project.js';

/** One photograph of what the engine has for a project; planning never asks again. */
export interface Observed {
  /** The containers that carry the project's label, one-offs included. */
  readonly containers: readonly ObservedContainer[];
  /** By the reference asked for; an image that is not there is not in it. */
  readonly images: ReadonlyMap<string, ObservedImage>;
  /** Every network of the engine: a subnet must avoid them all. */
  readonly networks: readonly ObservedNetwork[];
  /** The volumes that carry the project's label. */
  readonly volumes: readonly ObservedVolume[];
  /** Containers of others that the file names (external_links, volumes_from, net), by the name in the file. */
  readonly externalContainers: ReadonlyMap<string, ContainerDetails>;
  readonly linkStyle: LinkStyle;
  /** Null when the project's network is there already, so that nobody needs to know. */
  readonly addressSpace: AddressSpace | null;
}

/**
 * How the engine's own legacy links order a target's ports, which decides its first port and its ranges: by number, as
 * before Engine 28, or by protocol, as since (moby/moby#49300). Each is told as its users know it.
 */
export type LinkStyle = 'number-first' | 'protocol-first';

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
export type HealthState = 'none' | 'starting' | 'healthy' | 'unhealthy';

/** A container as the engine's list tells it; one request for all of them. */
export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  /** The image's name as given at creation, and its id now. */
  readonly image: string;
  readonly imageId: string;
  readonly state: ContainerState;
  readonly health: HealthState;
  /** Of its last end; null unless the container has ended or is between two restarts. */
  readonly exitCode: number | null;
  /** The engine's own words, such as `Up 2 hours (healthy)`. */
  readonly status: string;
  readonly command: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly ObservedPort[];
  readonly mounts: readonly ObservedMount[];
  /** The id of the container whose network it shares, or null. */
  readonly sharesNetworkOf: string | null;
  /** By network name. */
  readonly networks: Readonly<Record<string, ObservedEndpoint>>;
}

/** A container that is not ready, or (`missing`) a place where there should be one. */
export interface Unready {
  readonly container: string;
  readonly state: ContainerState | 'missing';
  readonly health: HealthState;
}

export interface ObservedEndpoint {
  /** Id of the network; null while a container that was created has never started. */
  readonly networkId: string | null;
  /** The address it has now; null unless the container runs. */
  readonly address: string | null;
  /** The address it was given to keep, in whatever state it is. */
  readonly fixed: string | null;
}

export interface ObservedPort {
  readonly hostIp: string | null;
  readonly hostPort: number | null;
  readonly containerPort: number;
  readonly protocol: string;
}

export interface ObservedMount {
  readonly kind: string;
  /** The volume's name, or null for a bind mount. */
  readonly volume: string | null;
  readonly source: string;
  readonly target: string;
}

/** What only an inspection tells. */
export interface ContainerDetails {
  readonly id: string;
  readonly name: string;
  readonly state: ContainerState;
  readonly health: HealthState;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  /** The engine's own words on why it could not be started; null when it could. */
  readonly startError: string | null;
  /** ISO 8601 with nanoseconds; null when it never started. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** The output of the last health probe. */
  readonly lastProbe: string | null;
  readonly tty: boolean;
  readonly restartCount: number;
  readonly environment: readonly string[];
  readonly exposed: readonly ExposedPort[];
  readonly command: readonly string[];
  readonly networks: Readonly<Record<string, ObservedEndpoint & { readonly aliases: readonly string[] }>>;
}

export interface ObservedImage {
  readonly id: string;
  readonly environment: readonly string[];
  readonly exposed: readonly ExposedPort[];
  /** Container paths that the image declares as volumes. */
  readonly volumes: readonly string[];
  readonly healthcheck: HealthCheck | null;
}

export interface ObservedVolume {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
  /** IPv4 ranges in CIDR form, such as `172.18.0.0/16`. */
  readonly subnets: readonly string[];
  /** Where the engine picks addresses, when it was told. */
  readonly dynamicRanges: readonly string[];
  readonly gateways: readonly string[];
}

/** What a subnet may be chosen from, and what it must not overlap. */
export interface AddressSpace {
  readonly pools: readonly { readonly base: string; readonly size: number }[];
  /** Ranges and addresses that the engine's host reaches by other ways, in CIDR form. */
  readonly taken: readonly string[];
  /** False for Podman's CNI, which refuses a fixed address outside the range. */
  readonly rangeKeepsFixed: boolean;
}

/** The project's network, if tsfig has made it. */
export const findOwnNetwork = (project: string, networks: readonly ObservedNetwork[]): ObservedNetwork | undefined =>
  networks.find(({ labels }) => labels[LABEL.project] === project && labels[LABEL.addresses] === 'fixed');
