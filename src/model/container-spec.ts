import type { ContainerSettings } from './project.js';

/**
 * A container to create, in our words; plain JSON. Null means: as the image or the engine has it.
 * The engine is told nothing that is not here.
 */
export interface ContainerSpec extends ContainerSettings {
  readonly name: string;
  readonly image: string;
  /** `KEY=value`, link variables included. */
  readonly environment: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly SpecMount[];
  /** Container names, with `:ro` where wanted. */
  readonly volumesFrom: readonly string[];
  readonly network: SpecNetwork;
  readonly extraHosts: readonly string[];
  /** The engine closes the container's standard input when the one client that sends to it leaves. */
  readonly stdinOnce: boolean;
  /** A client reads its output from the beginning, as with `docker run` without `-d`. */
  readonly attached: boolean;
}

export type SpecMount =
  | { readonly kind: 'bind'; readonly source: string; readonly target: string; readonly mode: string }
  /** `volume` is the engine's name of it. */
  | { readonly kind: 'volume'; readonly volume: string; readonly target: string; readonly mode: string }
  /** A volume carried over from the container this one replaces keeps its data; without one the engine makes a new one. */
  | { readonly kind: 'anonymous'; readonly target: string; readonly carried: string | null };

export type SpecNetwork =
  /** The project's network (or another user-defined one), with endpoint links as `docker run --link A:B` makes them. */
  | {
      readonly kind: 'network';
      readonly name: string;
      /** Fixed IPv4 address; null: the engine picks one from the dynamic range. */
      readonly address: string | null;
      /** Further names that every container of the network sees. */
      readonly aliases: readonly string[];
      /** `CONTAINER:ALIAS`, private to this container. */
      readonly links: readonly string[];
    }
  | { readonly kind: 'bridge' }
  | { readonly kind: 'host' }
  | { readonly kind: 'none' }
  | { readonly kind: 'container'; readonly container: string };

/** A network to create. `dynamicRange` is where the engine picks addresses; the fixed ones lie outside of it. */
export interface NetworkSpec {
  readonly name: string;
  readonly subnet: string | null;
  readonly gateway: string | null;
  readonly dynamicRange: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface VolumeSpec {
  readonly name: string;
  readonly driver: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** An image to build through the engine. */
export interface BuildSpec {
  /** Those whose image it is, of which there may be several. */
  readonly services: readonly string[];
  readonly context: string;
  readonly remote: boolean;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target: string | null;
  /** The names the result gets. */
  readonly refs: readonly string[];
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly labels: Readonly<Record<string, string>>;
}
