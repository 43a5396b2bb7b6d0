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
  /**
   * Connects on the first call. Throws `engine-unreachable`. `project`: the list of its containers is the next question, and
   * may be asked at once.
   */
  readonly connectEngine: (signal: AbortSignal, project?: string) => Promise<Engine>;
  /** The engine's address, such as `unix:///var/run/docker.sock`; it is not asked. Throws `engine-unreachable`. */
  readonly findEngine: () => Promise<string>;
}
