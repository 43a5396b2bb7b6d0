import type { Readable } from 'node:stream';
import { raceAbort } from '../../lib/deadline.js';
import type { Limiter } from '../../lib/limiter.js';
import type { BuildSpec } from '../../model/container-spec.js';
import { hasCode, TsfigError } from '../../model/errors.js';
import type { BuildOutput } from '../engine.js';
import { readContext, type BuildContext } from './build-context.js';
import { openSession, type BuildSession } from './build-session.js';
import { readBuildKitBuild, readClassicBuild, type BuildReader, type BuildStep } from './build-steps.js';
import { toClassicArchive, type ClassicArchive } from './classic-archive.js';
import { toFileSource } from './context-sync.js';
import type { DockerParts } from './docker-parts.js';
import { doing } from './docker-errors.js';
import type { EngineCall } from './send-request.js';
import { openStream, readJsonLines, type Connection } from './engine-client.js';
import { toBuilder, type Builder } from './negotiation.js';
import { DOCKER_HUB, readImageRef } from './image-ref.js';
import { failureOf, PROGRESS_LINE } from './progress.js';
import { findCredentials, listRegistries, toAuthConfigHeader, type Credentials } from './registry-auth.js';
import { BadContext } from './user-file.js';

/** Builds an image; see `Engine.buildImage`. Nothing happens before the first output is asked for. */
export async function* buildImage(
  parts: DockerParts,
  build: BuildSpec,
  signal: AbortSignal,
  classicBuilds: Limiter,
): AsyncGenerator<BuildOutput, void> {
  signal.throwIfAborted();
  const unread = new Unread();
  const builder = await builderOf(parts, signal);
  const context = build.remote ? null : await explained(build, readContext(build));
  const files = context && builder === 'buildkit' ? await explained(build, toFileSource(context, unread.note)) : null;
  const credentials = (host: string): Promise<Credentials | undefined> =>
    findCredentials(host === 'registry-1.docker.io' ? DOCKER_HUB : host, parts.environment, signal);
  const session = builder === 'buildkit' ? await openSession(parts.client, { credentials, files }, signal) : null;
  const classic = context && !session ? toClassicArchive(context) : null;
  classic?.archive.once('error', unread.note);
  const leave = session ? null : await takeTurn(classicBuilds, signal);
  try {
    const headers = session ? {} : await authHeaders(parts, context, credentials);
    const call = toBuildCall(build, { context, classic, session }, headers);
    const connection = await openStream(
      parts.client,
      call,
      doing(`build ${build.services.join(', ')}`, 'build-failed'),
      signal,
    );
    yield* readBuild(connection, build, session ? readBuildKitBuild() : readClassicBuild());
  } catch (error) {
    // A file that cannot be read ends the request too, and then looks like a lost connection.
    if (unread.error !== null && !signal.aborted) throw explain(build, unread.error);
    const isRefusal = hasCode(error, 'engine-refused', 'image-not-found', 'not-found', 'pull-failed');
    throw isRefusal ? new TsfigError('build-failed', error.message, { cause: error }) : error;
  } finally {
    classic?.archive.destroy();
    session?.close();
    leave?.();
  }
}

/**
 * Answers how to let the next one in. Classic builds side by side make layers of their own of a step that they share, and
 * the cache gives the newest of them to both the next time: one of the images would change although nothing has.
 */
async function takeTurn(classicBuilds: Limiter, signal: AbortSignal): Promise<() => void> {
  const turn = new Promise<() => void>((resolve) => void classicBuilds(() => new Promise<void>(resolve)));
  try {
    return await raceAbort(turn, signal);
  } catch (error) {
    void turn.then((leave) => leave());
    throw error;
  }
}

/** The first file that could not be read while it was sent. */
class Unread {
  error: unknown = null;
  readonly note = (error: unknown): void => {
    this.error ??= error;
  };
}

/** DOCKER_BUILDKIT decides where it is set, as for the docker command; else what the engine prefers. */
async function builderOf({ environment, client }: DockerParts, signal: AbortSignal): Promise<Builder> {
  const asked = environment['DOCKER_BUILDKIT'];
  if (!asked) return toBuilder(await client.ping(signal));
  return asked === '0' || asked.toLowerCase() === 'false' ? 'classic' : 'buildkit';
}

async function explained<T>(build: BuildSpec, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw explain(build, error);
  }
}

/** What is wrong with the files of a build in words; any other error as it is. */
function explain(build: BuildSpec, error: unknown): unknown {
  if (error instanceof BadContext) return buildFailed(build, error.message, error);
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? error : buildFailed(build, `cannot read its context: ${message}`, error);
}

interface Sources {
  readonly context: BuildContext | null;
  readonly classic: ClassicArchive | null;
  readonly session: BuildSession | null;
}

function toBuildCall(
  build: BuildSpec,
  { context, classic, session }: Sources,
  headers: Readonly<Record<string, string>>,
): EngineCall {
  const query = {
    t: build.refs,
    remote: build.remote ? build.context : session && 'client-session',
    dockerfile: classic?.dockerfile ?? context?.dockerfile.name ?? build.dockerfile,
    buildargs: JSON.stringify(build.args),
    labels: JSON.stringify(build.labels),
    target: build.target,
    nocache: build.noCache,
    pull: build.pull,
    rm: 1,
    forcerm: 1,
    version: session ? 2 : 1,
    session: session?.id,
  };
  return { method: 'POST', path: '/build', query, headers, ...(classic && { archive: classic.archive }) };
}

async function* readBuild(
  connection: Connection<Readable>,
  build: BuildSpec,
  reader: BuildReader,
): AsyncGenerator<BuildOutput, void> {
  for await (const line of readJsonLines(connection, PROGRESS_LINE)) {
    yield* reader.read(line);
    const failure = failureOf(line);
    if (failure !== undefined) {
      yield* reader.end();
      throw buildFailed(build, describe(failure, reader.step()), failure);
    }
  }
  yield* reader.end();
}

/**
 * `"RUN false" ended with code 1`. Source: 20.10's classic builder says "The command '/bin/sh -c false' returned a non-zero
 * code: 1", its BuildKit "executor failed running [/bin/sh -c false]: exit code: 1", 28's "process "/bin/sh -c false" did
 * not complete successfully: exit code: 1".
 */
function describe(failure: string, step: BuildStep | undefined): string {
  const exitCode = /(?:non-zero code|exit code): (\d+)/.exec(failure)?.[1];
  if (!step) return failure;
  const what = exitCode === undefined ? `"${step.name}": ${failure}` : `"${step.name}" ended with code ${exitCode}`;
  const written = step.lastLines.filter((line) => line.trim() !== '');
  return exitCode === undefined || written.length === 0
    ? what
    : `${what}; its last lines:\n${written.map((line) => `  ${line}`).join('\n')}`;
}

const buildFailed = (build: BuildSpec, why: string, cause: unknown): TsfigError =>
  new TsfigError('build-failed', `cannot build ${build.services.join(', ')}: ${why}`, { cause });

/** The classic builder cannot ask for credentials while it builds: it is given those that the Dockerfile may need. */
async function authHeaders(
  { environment }: DockerParts,
  context: BuildContext | null,
  find: (registry: string) => Promise<Credentials | undefined>,
): Promise<Readonly<Record<string, string>>> {
  const needed = context && registriesOf(context.dockerfile.bytes.toString());
  const found = new Map<string, Credentials>();
  for (const registry of needed ?? listRegistries(environment)) {
    const credentials = await find(registry);
    if (credentials) found.set(registry, credentials);
  }
  return found.size > 0 ? { 'X-Registry-Config': toAuthConfigHeader(found) } : {};
}

/** The registries of a Dockerfile's images; undefined when a variable hides one. */
export function registriesOf(dockerfile: string): readonly string[] | undefined {
  const refs = [...dockerfile.matchAll(/^\s*(?:FROM(?:\s+--\S+)*|COPY\s.*--from=)\s*(\S+)/gim)].map(
    ([, ref]) => ref ?? '',
  );
  if (refs.some((ref) => ref.includes('$'))) return undefined;
  return [...new Set(refs.filter((ref) => ref !== 'scratch').map((ref) => readImageRef(ref).registry))];
}
