import { anything, boolean, list, maybe, number, object, record, text, type Infer } from './shape.js';

/*
 * What is read of the engine's answers (Engine API v1.40 to v1.51). Nothing is promised to be there: engines and Podman
 * leave out what is empty, or send null.
 */

const ENDPOINT = object({
  NetworkID: maybe(text),
  IPAddress: maybe(text),
  Aliases: maybe(list(text)),
  IPAMConfig: maybe(object({ IPv4Address: maybe(text) })),
});
export type EndpointJson = Infer<typeof ENDPOINT>;

const NETWORK_SETTINGS = object({ Networks: maybe(record(ENDPOINT)) });

const PORT = object({ IP: maybe(text), PrivatePort: number, PublicPort: maybe(number), Type: maybe(text) });
export type PortJson = Infer<typeof PORT>;

const MOUNT = object({ Type: maybe(text), Name: maybe(text), Source: maybe(text), Destination: maybe(text) });
export type MountJson = Infer<typeof MOUNT>;

export const CONTAINER_SUMMARY = object({
  Id: text,
  Names: maybe(list(text)),
  Image: maybe(text),
  ImageID: maybe(text),
  Command: maybe(text),
  Created: maybe(number),
  State: maybe(text),
  Status: maybe(text),
  Labels: maybe(record(text)),
  Ports: maybe(list(PORT)),
  Mounts: maybe(list(MOUNT)),
  HostConfig: maybe(object({ NetworkMode: maybe(text) })),
  NetworkSettings: maybe(NETWORK_SETTINGS),
});
export type ContainerSummaryJson = Infer<typeof CONTAINER_SUMMARY>;

/** Lengths of time in nanoseconds; 0 means the engine's default. */
const HEALTHCHECK = object({
  Test: maybe(list(text)),
  Interval: maybe(number),
  Timeout: maybe(number),
  StartPeriod: maybe(number),
  StartInterval: maybe(number),
  Retries: maybe(number),
});
export type HealthcheckJson = Infer<typeof HEALTHCHECK>;

const CONFIG = object({
  Tty: maybe(boolean),
  Env: maybe(list(text)),
  ExposedPorts: maybe(record(anything)),
  Volumes: maybe(record(anything)),
  Healthcheck: maybe(HEALTHCHECK),
});

const STATE = object({
  Status: maybe(text),
  ExitCode: maybe(number),
  OOMKilled: maybe(boolean),
  Error: maybe(text),
  StartedAt: maybe(text),
  FinishedAt: maybe(text),
  Health: maybe(object({ Status: maybe(text), Log: maybe(list(object({ Output: maybe(text) }))) })),
});

export const CONTAINER = object({
  Id: text,
  Name: maybe(text),
  RestartCount: maybe(number),
  State: maybe(STATE),
  Config: maybe(CONFIG),
  Path: maybe(text),
  Args: maybe(list(text)),
  NetworkSettings: maybe(NETWORK_SETTINGS),
});
export type ContainerJson = Infer<typeof CONTAINER>;

export const IMAGE = object({ Id: text, Config: maybe(CONFIG) });
export type ImageJson = Infer<typeof IMAGE>;

export const IMAGE_SUMMARY = object({ Id: text, RepoTags: maybe(list(text)) });
export type ImageSummaryJson = Infer<typeof IMAGE_SUMMARY>;

const RANGE = object({ Subnet: maybe(text), IPRange: maybe(text), Gateway: maybe(text) });

export const NETWORK = object({
  Id: text,
  Name: text,
  Driver: maybe(text),
  Labels: maybe(record(text)),
  Options: maybe(record(text)),
  IPAM: maybe(object({ Config: maybe(list(RANGE)) })),
});
export type NetworkJson = Infer<typeof NETWORK>;

export const HOST = object({
  ServerVersion: maybe(text),
  Name: maybe(text),
  KernelVersion: maybe(text),
  DefaultAddressPools: maybe(list(object({ Base: text, Size: number }))),
});
export type HostJson = Infer<typeof HOST>;

export const EVENT = object({
  Type: maybe(text),
  Action: maybe(text),
  Actor: maybe(object({ ID: maybe(text), Attributes: maybe(record(text)) })),
  /** Nanoseconds since the epoch; text, because a JavaScript number would lose the last of them. */
  timeNano: maybe(text),
});
export type EventJson = Infer<typeof EVENT>;

export const VOLUME_LIST = object({ Volumes: maybe(list(object({ Name: text, Labels: maybe(record(text)) }))) });

/** The answer to a creation, and to a wait for the end. */
export const CREATED = object({ Id: text });
export const WAITED = object({ StatusCode: number });
