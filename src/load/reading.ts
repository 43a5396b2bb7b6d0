import type { FileReader } from '../model/files.js';
import type { ImageSource, Link, Mount, Service, WantedPort } from '../model/project.js';
import type { EnvFileReader } from './env-files.js';
import type { LookUp } from './look-up.js';
import type { Problems } from './problems.js';
import type { Placed, Written } from './written.js';

/** What readers of fields may know of the world: values and two questions about files. */
export interface Setting {
  readonly directory: string;
  readonly projectName: string;
  readonly lookUp: LookUp;
  /** Null: what files there are does not count. */
  readonly files: FileReader | null;
  readonly envFiles: EnvFileReader;
  readonly budget: Budget;
}

/** How much may still come of things that are written shortly: port ranges, env files named often. */
export interface Budget {
  ports: number;
  variables: number;
}

/** What a reader is given beside the value. */
export interface Reading {
  readonly key: string;
  readonly problems: Problems;
  readonly setting: Setting;
}

/** Gives undefined, after telling the problem, when the value cannot be read. Never called with nothing (`key:`). */
export type Reader<T> = (value: Written, reading: Reading) => T | undefined;

export type BuildWritten = Omit<Extract<ImageSource, { kind: 'build' }>, 'kind' | 'ref' | 'dockerfile'> & {
  readonly dockerfile: string | null;
};

/** A container or service, named where it is not yet known which of the two it is. */
export interface NamedSource {
  readonly name: string;
  readonly readOnly: boolean;
}

export type NetWritten =
  { readonly kind: 'bridge' | 'host' | 'none' } | { readonly kind: 'container'; readonly name: string };

type Settled =
  | 'at'
  | 'environment'
  | 'mounts'
  | 'name'
  | 'needs'
  | 'net'
  | 'ports'
  | 'source'
  | 'tmpfs'
  | 'volumesFrom'
  | 'links'
  | 'externalLinks';

/** One service as far as its own keys tell; the rest takes the other keys, the other services and the defaults. */
export interface Draft extends Omit<Service, Settled> {
  readonly image: string;
  readonly build: BuildWritten;
  readonly dockerfile: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly envFile: ReadonlyMap<string, string>;
  readonly links: readonly Link[];
  readonly externalLinks: readonly Link[];
  readonly ports: readonly Placed<WantedPort>[];
  readonly mounts: readonly Placed<Mount>[];
  readonly tmpfs: readonly Placed<readonly [path: string, options: string]>[];
  readonly volumesFrom: readonly Placed<NamedSource>[];
  readonly net: NetWritten;
}
