import type { World } from './actions/world.js';
import type { Engine } from './engine/engine.js';
import { realClock } from './host/clock.js';
import { realFiles } from './host/files.js';
import { socketLock } from './host/lock.js';
import { realRoutes } from './host/routes.js';

export interface Surroundings {
  /** Such as `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the directory to work in. */
  readonly directory: string;
  readonly version: string;
  /** Told, in a sentence, of an input that cannot be used and is not needed. */
  readonly warn?: (message: string) => void;
}

/** The real world: the only place that picks implementations. The engine is connected to on first use. */
export function connect({ environment, directory, version, warn }: Surroundings): World {
  let engine: Promise<Engine> | null = null;
  return {
    host: { files: realFiles, clock: realClock, lock: socketLock, routes: realRoutes },
    environment,
    directory,
    version,
    async connectEngine(signal) {
      const { connectDocker } = await import('./engine/docker/connect-docker.js');
      const connecting = (engine ??= connectDocker(environment, signal, warn));
      connecting.catch(() => (engine = null)); // the next call may find it
      return connecting;
    },
    async findEngine() {
      const { locateEngine } = await import('./engine/docker/locate-engine.js');
      return (await locateEngine(environment)).address.text;
    },
  };
}
