import type { Engine } from '../engine/engine.js';
import type { Host } from '../host/host.js';

/** Everything outside of the program, as interfaces. Made in `connect.ts`. */
export interface World {
  readonly host: Host;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the directory the command was given in. */
  readonly directory: string;
  /** tsfig's own version. */
  readonly version: string;
  /** The engine, which is not asked anything yet. Throws `engine-unreachable` for what cannot be one. */
  readonly connectEngine: (signal: AbortSignal) => Promise<Engine>;
  /** The engine's address, such as `unix:///var/run/docker.sock`; it is not asked. Throws `engine-unreachable`. */
  readonly findEngine: () => Promise<string>;
}
