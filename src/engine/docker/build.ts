import type { Readable } from 'node:stream';
import type { BuildSpec } from '../../model/container-spec.js';
import { hasCode, TsfigError } from '../../model/errors.js';
import type { BuildOutput } from '../engine.js';
import { BadContext, packContext, type BuildContext } from './build-context.js';
import { openSession } from './build-session.js';
import { readBuildKitBuild, readClassicBuild, type BuildReader, type BuildStep } from './build-steps.js';
import type { DockerParts } from './docker-parts.js';
import { doing } from './docker-errors.js';
import type { EngineCall } from './send-request.js';
import { openStream, readJsonLines, type Connection } from './engine-client.js';
import { toBuilder, type Builder } from './negotiation.js';
import { DOCKER_HUB, readImageRef } from './image-ref.js';
import { failureOf, PROGRESS_LINE } from './progress.js';
import { findCredentials, listRegistries, toAuthConfigHeader, type Credentials } from './registry-auth.js';

/** Builds an image; see `Engine.buildImage`. Nothing happens before the first output is asked for. */
export async function* buildImage(
  parts: DockerParts,
  build: BuildSpec,
  signal: AbortSignal,
): AsyncGenerator<BuildOutput, void> {
  signal.throwIfAborted();
  const builder = await builderOf(parts, signal);
  const context = build.remote ? undefined : await packOrExplain(build);
  const watch = context && watchArchive(context.archive);
  const find = (host: string): Promise<Credentials | undefined> =>
    findCredentials(host === 'registry-1.docker.io' ? DOCKER_HUB : host, parts.environment, signal);
  const session = builder === 'buildkit' ? await openSession(parts.client, find, signal) : undefined;
  try {
    const headers = session ? {} : await authHeaders(parts, context, find);
    const call = toBuildCall(build, context, headers, session?.id);
    const connection = await openStream(parts.client, call, doing(`build ${build.service}`, 'build-failed'), signal);
    yield* readBuild(connection, build, builder === 'buildkit' ? readBuildKitBuild() : readClassicBuild());
  } catch (error) {
    const unread = watch?.failure();
    if (unread && !signal.aborted) throw buildFailed(build, `cannot read its context: ${unread.message}`, unread);
    const isRefusal = hasCode(error, 'engine-refused', 'image-not-found', 'not-found', 'pull-failed');
    throw isRefusal ? new TsfigError('build-failed', error.message, { cause: error }) : error;
  } finally {
    context?.archive.destroy();
    session?.close();
  }
}

/** DOCKER_BUILDKIT decides where it is set, as for the docker command; else what the engine prefers. */
async function builderOf({ environment, client }: DockerParts, signal: AbortSignal): Promise<Builder> {
  const wish = environment['DOCKER_BUILDKIT'];
  if (!wish) return toBuilder(await client.ping(signal));
  return wish === '0' || wish.toLowerCase() === 'false' ? 'classic' : 'buildkit';
}

async function packOrExplain(build: BuildSpec): Promise<BuildContext> {
  try {
    return await packContext(build.context, build.dockerfile);
  } catch (error) {
    if (error instanceof BadContext) throw buildFailed(build, error.message, error);
    const { code, message } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : buildFailed(build, `cannot read its context: ${message}`, error);
  }
}

/** A file that cannot be read ends the request too, and then looks like a lost connection. */
function watchArchive(archive: Readable): { failure(): Error | undefined } {
  let failure: Error | undefined;
  archive.once('error', (error) => {
    failure = error;
  });
  return { failure: () => failure };
}

function toBuildCall(
  build: BuildSpec,
  context: BuildContext | undefined,
  headers: Readonly<Record<string, string>>,
  session: string | undefined,
): EngineCall {
  const query = {
    t: build.ref,
    remote: build.remote ? build.context : undefined,
    dockerfile: context?.dockerfile ?? build.dockerfile,
    buildargs: JSON.stringify(build.args),
    labels: JSON.stringify(build.labels),
    target: build.target,
    nocache: build.noCache,
    pull: build.pull,
    rm: 1,
    forcerm: 1,
    version: session === undefined ? 1 : 2,
    session,
  };
  return { method: 'POST', path: '/build', query, headers, ...(context && { archive: context.archive }) };
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
  new TsfigError('build-failed', `cannot build ${build.service}: ${why}`, { cause });

/** The classic builder cannot ask for credentials while it builds: it is given those that the Dockerfile may need. */
async function authHeaders(
  { environment }: DockerParts,
  context: BuildContext | undefined,
  find: (registry: string) => Promise<Credentials | undefined>,
): Promise<Readonly<Record<string, string>>> {
  const needed = context && registriesOf(context.dockerfileText);
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
