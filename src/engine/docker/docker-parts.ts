import type { EngineFacts } from '../engine.js';
import type { ContainerSummaryJson } from './docker-json.js';
import type { Door } from './door.js';

/** What a `DockerEngine` is made of; see `connectDocker`. */
export interface DockerParts {
  readonly door: Door;
  readonly facts: EngineFacts;
  /** tsfig's own environment: DOCKER_BUILDKIT, DOCKER_CONFIG, HOME and PATH are read of it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The list of a project's containers, where the engine was greeted by asking for it. */
  readonly first: { readonly project: string; readonly containers: readonly ContainerSummaryJson[] } | null;
}
