/**
 * What is read of the engine's answers (Engine API v1.40 to v1.51). Nothing is promised to be there: engines and Podman
 * leave out what is empty, or send null.
 */
type Maybe<T> = T | null | undefined;
type MaybeRecord<T> = Maybe<Readonly<Record<string, T>>>;

export interface ContainerSummaryJson {
  readonly Id: string;
  readonly Names?: Maybe<readonly string[]>;
  readonly Image?: Maybe<string>;
  readonly ImageID?: Maybe<string>;
  readonly Command?: Maybe<string>;
  readonly Created?: Maybe<number>;
  readonly State?: Maybe<string>;
  readonly Status?: Maybe<string>;
  readonly Labels?: MaybeRecord<string>;
  readonly Ports?: Maybe<readonly PortJson[]>;
  readonly Mounts?: Maybe<readonly MountJson[]>;
  readonly HostConfig?: Maybe<{ readonly NetworkMode?: Maybe<string> }>;
  readonly NetworkSettings?: Maybe<{ readonly Networks?: MaybeRecord<EndpointJson> }>;
}

export interface PortJson {
  readonly IP?: Maybe<string>;
  readonly PrivatePort: number;
  readonly PublicPort?: Maybe<number>;
  readonly Type?: Maybe<string>;
}

export interface MountJson {
  readonly Type?: Maybe<string>;
  readonly Name?: Maybe<string>;
  readonly Source?: Maybe<string>;
  readonly Destination?: Maybe<string>;
}

export interface EndpointJson {
  readonly NetworkID?: Maybe<string>;
  readonly IPAddress?: Maybe<string>;
  readonly Aliases?: Maybe<readonly string[]>;
  readonly IPAMConfig?: Maybe<{ readonly IPv4Address?: Maybe<string> }>;
}

export interface ContainerJson {
  readonly Id: string;
  readonly Name?: Maybe<string>;
  readonly RestartCount?: Maybe<number>;
  readonly State?: Maybe<StateJson>;
  readonly Config?: Maybe<ConfigJson>;
  readonly Path?: Maybe<string>;
  readonly Args?: Maybe<readonly string[]>;
  readonly NetworkSettings?: Maybe<{ readonly Networks?: MaybeRecord<EndpointJson> }>;
}

export interface StateJson {
  readonly Status?: Maybe<string>;
  readonly ExitCode?: Maybe<number>;
  readonly OOMKilled?: Maybe<boolean>;
  readonly Error?: Maybe<string>;
  readonly StartedAt?: Maybe<string>;
  readonly FinishedAt?: Maybe<string>;
  readonly Health?: Maybe<{
    readonly Status?: Maybe<string>;
    readonly Log?: Maybe<readonly { readonly Output?: Maybe<string> }[]>;
  }>;
}

export interface ConfigJson {
  readonly Tty?: Maybe<boolean>;
  readonly Env?: Maybe<readonly string[]>;
  readonly ExposedPorts?: MaybeRecord<unknown>;
  readonly Volumes?: MaybeRecord<unknown>;
  readonly Healthcheck?: Maybe<HealthcheckJson>;
}

/** Lengths of time in nanoseconds; 0 means the engine's default. */
export interface HealthcheckJson {
  readonly Test?: Maybe<readonly string[]>;
  readonly Interval?: Maybe<number>;
  readonly Timeout?: Maybe<number>;
  readonly StartPeriod?: Maybe<number>;
  readonly StartInterval?: Maybe<number>;
  readonly Retries?: Maybe<number>;
}

export interface ImageJson {
  readonly Id: string;
  readonly Config?: Maybe<ConfigJson>;
}

export interface ImageSummaryJson {
  readonly Id: string;
  readonly RepoTags?: Maybe<readonly string[]>;
}

export interface NetworkJson {
  readonly Id: string;
  readonly Name: string;
  readonly Driver?: Maybe<string>;
  readonly Labels?: MaybeRecord<string>;
  readonly IPAM?: Maybe<{
    readonly Config?: Maybe<
      readonly {
        readonly Subnet?: Maybe<string>;
        readonly IPRange?: Maybe<string>;
        readonly Gateway?: Maybe<string>;
      }[]
    >;
  }>;
}

export interface HostJson {
  readonly ServerVersion?: Maybe<string>;
  readonly Name?: Maybe<string>;
  readonly KernelVersion?: Maybe<string>;
  readonly DefaultAddressPools?: Maybe<readonly { readonly Base: string; readonly Size: number }[]>;
}

export interface EventJson {
  readonly Type?: Maybe<string>;
  readonly Action?: Maybe<string>;
  readonly Actor?: Maybe<{ readonly ID?: Maybe<string>; readonly Attributes?: MaybeRecord<string> }>;
  /** Nanoseconds since the epoch; text, because a JavaScript number would lose the last of them. */
  readonly timeNano?: Maybe<string>;
}

export interface VolumeJson {
  readonly Name: string;
  readonly Labels?: MaybeRecord<string>;
}
