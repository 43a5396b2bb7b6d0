import { hasCode, TsfigError } from '../../model/errors.js';
import type { Progress } from '../../model/event.js';
import { doing, isMissingImage } from './docker-errors.js';
import type { DockerParts } from './docker-parts.js';
import { openStream, readJsonLines, type Connection } from './engine-client.js';
import { readImageRef } from './image-ref.js';
import { failureOf, PROGRESS_LINE, toProgress } from './progress.js';
import { findCredentials, toAuthHeader } from './registry-auth.js';
import type { Readable } from 'node:stream';

/** Pulls an image; see `Engine.pullImage`. The request is made when the first progress is asked for. */
export async function* pullImage(
  { client, environment }: Pick<DockerParts, 'client' | 'environment'>,
  ref: string,
  signal: AbortSignal,
): AsyncGenerator<Progress, void> {
  signal.throwIfAborted();
  const { registry, repository, tag } = readImageRef(ref);
  const credentials = await findCredentials(registry, environment, signal);
  const call = {
    method: 'POST',
    path: '/images/create',
    query: { fromImage: repository, tag },
    headers: credentials ? { 'X-Registry-Auth': toAuthHeader(registry, credentials) } : {},
  } as const;
  const what = doing(`pull ${ref}`, 'image-not-found');
  const connection = await openStream(client, call, what, signal).catch((error: unknown) => {
    throw hasCode(error, 'engine-refused') ? pullFailed(error.message, registry, error) : error;
  });
  yield* readProgress(connection, ref, registry);
}

async function* readProgress(
  connection: Connection<Readable>,
  ref: string,
  registry: string,
): AsyncGenerator<Progress, void> {
  for await (const line of readJsonLines(connection, PROGRESS_LINE)) {
    const failure = failureOf(line);
    if (failure !== undefined) throw pullFailed(`cannot pull ${ref}: ${failure}`, registry, failure);
    const progress = toProgress(line);
    if (progress) yield progress;
  }
}

function pullFailed(message: string, registry: string, cause: unknown): TsfigError {
  if (isMissingImage(message)) return new TsfigError('image-not-found', message, { cause });
  // 20.10: "no basic auth credentials", "unauthorized: authentication required", "denied: requested access …"
  const isDenied = /no basic auth credentials|unauthorized|denied/i.test(message);
  const hint = isDenied ? `run "docker login ${registry}"` : undefined;
  return new TsfigError('pull-failed', message, { hint, cause });
}
