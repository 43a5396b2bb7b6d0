import type { Span } from '../model/diagnostic.js';
import type { FileReader } from '../model/files.js';
import type { Build, Link, Mount, Service, WantedPort } from '../model/project.js';
import type { EnvFileReader } from './env-files.js';
import type { LookUp } from './look-up.js';
import type { Problems } from './problems.js';
import type { Located, YamlNode } from './yaml-node.js';

/** What readers of fields may know of the world: values and two questions about files. */
export interface LoadContext {
  readonly directory: string;
  readonly projectName: string;
  readonly lookUp: LookUp;
  /** Null: what files there are does not count. */
  readonly files: FileReader | null;
  readonly envFiles: EnvFileReader;
  readonly budget: Budget;
  /** Is told of directories of the host that are not there. */
  readonly onMissingSource: (path: string, at: Span) => void;
}

/** How much may still come of things that are written shortly: port ranges, env files named often. */
export interface Budget {
  ports: number;
  variables: number;
}

/** What a reader is given beside the value. */
export interface FieldContext {
  readonly key: string;
  readonly problems: Problems;
  readonly setting: LoadContext;
}

/** Gives undefined, after telling the problem, when the value cannot be read. Never called with nothing (`key:`). */
export type Reader<T> = (value: YamlNode, reading: FieldContext) => T | undefined;

export type BuildDraft = Omit<Build, 'dockerfile'> & {
  readonly dockerfile: string | null;
};

/** A container or service, named where it is not yet known which of the two it is. */
export interface NamedSource {
  readonly name: string;
  readonly readOnly: boolean;
}

export type NetDraft =
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
  readonly build: BuildDraft;
  readonly dockerfile: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly envFile: ReadonlyMap<string, string>;
  readonly links: readonly Link[];
  readonly externalLinks: readonly Link[];
  readonly ports: readonly Located<WantedPort>[];
  readonly mounts: readonly Located<Mount>[];
  readonly tmpfs: readonly Located<readonly [path: string, options: string]>[];
  readonly volumesFrom: readonly Located<NamedSource>[];
  readonly net: NetDraft;
}
