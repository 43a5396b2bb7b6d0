import type { CallOptions, Engine } from '../engine/engine.js';
import type { ContainerTarget } from '../model/replica.js';
import { retry } from '../lib/retry.js';
import { seconds } from '../lib/units.js';
import type { ContainerSpec } from '../model/container-spec.js';
import { hasCode } from '../model/errors.js';

/** How long a removal that is in progress elsewhere is waited for; on a busy disk it takes seconds. */
const REMOVAL_LIMIT = seconds(60);

/**
 * Removes a container and resolves when it is really gone: the engine refuses a second removal while the first is in
 * progress (409), and only an answer that there is no such container (404) says that its name is free.
 */
export async function removeFully(
  engine: Engine,
  { container, volumes }: { readonly container: ContainerTarget; readonly volumes: boolean },
  { signal }: CallOptions,
): Promise<void> {
  const worth = (error: unknown): boolean => hasCode(error, 'engine-conflict');
  try {
    await retry(() => engine.removeContainer(container, volumes, { signal }), { worth, limit: REMOVAL_LIMIT, signal });
  } catch (error) {
    if (!hasCode(error, 'container-not-found')) throw error; // another tsfig, or the user's own hand, was quicker
  }
}

/** Creates a container; while the one that has its name is on its way out, waits for that. Answers the id. */
export async function createWhenFree(engine: Engine, spec: ContainerSpec, { signal }: CallOptions): Promise<string> {
  const worth = async (error: unknown): Promise<boolean> =>
    hasCode(error, 'name-taken') && (await isGoing(engine, spec.name, signal));
  return retry(() => engine.createContainer(spec, { signal }), { worth, limit: REMOVAL_LIMIT, signal });
}

/** The engine forgets a container a moment before it lets go of its name. */
async function isGoing(engine: Engine, container: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { state } = await engine.inspectContainer(container, { signal });
    return state === 'removing';
  } catch (error) {
    return hasCode(error, 'container-not-found');
  }
}

/**
 * Renames a container. Between two restarts the engine cannot do that: then the container is stopped for it, which ends the
 * loop, and started again.
 */
export async function renameInLoop(
  engine: Engine,
  { container, to }: { readonly container: ContainerTarget; readonly to: string },
  { signal }: CallOptions,
): Promise<void> {
  try {
    await engine.renameContainer(container, to, { signal });
  } catch (error) {
    if (!hasCode(error, 'container-restarting')) throw error;
    await engine.stopContainer(container, null, { signal });
    await engine.renameContainer(container, to, { signal });
    await engine.startContainer(container, { signal });
  }
}
