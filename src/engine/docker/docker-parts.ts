import type { EngineClient } from './engine-client.js';

/** What a `DockerEngine` is made of; see `connectDocker`. */
export interface DockerParts {
  readonly client: EngineClient;
  /** tsfig's own environment: DOCKER_BUILDKIT, DOCKER_CONFIG, HOME and PATH are read of it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Variables that every container and every build gets which does not name them; in no fingerprint, because they are of this machine. */
  readonly proxies: Readonly<Record<string, string>>;
}
