import { Agent, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { abortable } from '../../lib/deadline.js';
import { hasCode, TsfigError } from '../../model/errors.js';
import type { Engine, EngineFacts } from '../engine.js';
import type { EngineAddress } from './address.js';
import { DockerEngine } from './docker-engine.js';
import type { ContainerSummaryJson } from './docker-json.js';
import { doing, fromDocker } from './docker-errors.js';
import { labelFilter, tie, type Modem } from './door.js';
import { locateEngine, type LocatedEngine } from './locate-engine.js';
import { isAtLeast } from './to-docker.js';

/** The newest Engine API this was written against (Engine 28.5). */
const NEWEST_API = { major: 1, minor: 51 };
/** Engine 19.03: the oldest whose lists and waits behave as the translators expect. */
const OLDEST_API = { major: 1, minor: 40 };

/**
 * An engine, found by `environment` (DOCKER_HOST and friends; see `locateEngine`) and asked once what it is, so that every
 * further request speaks a version both know. Every answer tells that in its headers: with `project` the question is the list
 * of its containers at once, which the first `listContainers` then answers without another request. Throws `engine-unreachable` and `engine-too-old`.
 */
export async function connectDocker(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  project: string | null = null,
): Promise<Engine> {
  signal.throwIfAborted();
  const located = await locateEngine(environment);
  const modem = await openModem(located, environment);
  const asking: Asking = { modem, address: located.address, signal };
  const listed = project === null ? null : await askForList(asking, project);
  const { headers } = listed ?? (await askUnversioned(asking, '/_ping'));
  const facts = toFacts(headers, located.address.text);
  const first = listed && project !== null ? { project, containers: listed.containers } : null;
  return new DockerEngine({ door: { modem, apiVersion: facts.apiVersion }, facts, environment, first });
}

/**
 * As Node's own agent (Node 20), but told the name of the server: for every new connection that one first finds out, for the sake of
 * TLS, whether it is an IPv6 address, with a pattern that takes 3 ms to compile.
 */
const CONNECTIONS = { keepAlive: true, scheduling: 'lifo', timeout: 5000, servername: '' } as const;

/** dockerode saves writing the transports: unix sockets, named pipes, TCP with TLS, ssh. Imported here, when it is needed. */
async function openModem(
  { address, tls }: LocatedEngine,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Modem> {
  const { default: Dockerode } = await import('dockerode');
  // Every option is given, undefined ones too: what is not given the library takes from the process's own environment.
  const options = {
    protocol: address.protocol,
    socketPath: address.socketPath,
    host: address.host,
    port: address.port,
    username: address.username,
    sshOptions: address.protocol === 'ssh' ? sshOptions(environment) : {},
    ca: tls?.ca,
    cert: tls?.cert,
    key: tls?.key,
    // Https has an agent of its own, and ssh makes one.
    agent: address.protocol === 'http' ? new Agent(CONNECTIONS) : undefined,
    pathPrefix: undefined,
    timeout: undefined,
    version: undefined,
  };
  try {
    return new Dockerode(options).modem;
  } catch (error) {
    throw new TsfigError('engine-unreachable', `cannot use ${address.text}: ${String(error)}`, { cause: error });
  }
}

/** The ssh agent where there is one, else the first of the usual keys. */
function sshOptions(environment: Readonly<Record<string, string | undefined>>): object {
  const agent = environment['SSH_AUTH_SOCK'];
  if (agent) return { agent };
  const folder = path.join(environment['HOME'] ?? homedir(), '.ssh');
  for (const name of ['id_ed25519', 'id_ecdsa', 'id_rsa']) {
    const privateKey = readIfReadable(path.join(folder, name));
    if (privateKey) return { privateKey };
  }
  return {};
}

function readIfReadable(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

type Headers = IncomingMessage['headers'];

interface Asking {
  readonly modem: Modem;
  readonly address: EngineAddress;
  readonly signal: AbortSignal;
}

interface Greeting {
  readonly headers: Headers;
  readonly body: string;
}

/** One GET without a version in its path; the headers of the answer say what the engine is. dockerode keeps only bodies. */
async function askUnversioned(
  { modem, address, signal: parent }: Asking,
  path: string,
  query: Readonly<Record<string, string>> | null = null,
): Promise<Greeting> {
  const tether = tie(parent);
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      path,
      method: 'GET',
      ...(query && { options: { _query: query } }),
      headers: {},
      isStream: true,
      statusCodes: { 200: true },
      abortSignal: tether.signal,
    };
    modem.dial(options, (error, result) => (error ? reject(error) : resolve(result as IncomingMessage)));
  });
  try {
    const answer = await abortable(answered, tether.signal);
    return { headers: answer.headers, body: await abortable(text(answer), tether.signal) };
  } catch (error) {
    throw parent.aborted ? parent.reason : fromDocker(error, doing(`talk to it at ${address.text}`));
  } finally {
    tether.letGo();
  }
}

/** Null when the engine wants a version in the path, as one day it may: then it is greeted first. */
async function askForList(asking: Asking, project: string) {
  const query = { all: '1', filters: labelFilter(project) };
  try {
    const { headers, body } = await askUnversioned(asking, '/containers/json?', query);
    return { headers, containers: JSON.parse(body) as readonly ContainerSummaryJson[] };
  } catch (error) {
    if (hasCode(error, 'engine-unreachable') || asking.signal.aborted) throw error;
    return null;
  }
}

/** What the headers of a ping tell (Engine API v1.40 and later; Podman says so in a header of its own). */
export function toFacts(headers: Headers, address: string): EngineFacts {
  const podman = headers['libpod-api-version'] !== undefined;
  const engineVersion = single(headers['api-version']) ?? '';
  if (!isAtLeast(engineVersion, OLDEST_API.major, OLDEST_API.minor)) {
    const oldest = `${OLDEST_API.major}.${OLDEST_API.minor}`;
    const message = `the engine at ${address} speaks API ${engineVersion || 'of an unknown version'}; tsfig needs ${oldest}`;
    throw new TsfigError('engine-too-old', message, { hint: 'use Docker Engine 20.10 or later' });
  }
  const newest = isAtLeast(engineVersion, NEWEST_API.major, NEWEST_API.minor);
  return {
    flavor: podman ? 'podman' : 'docker',
    apiVersion: newest ? `${NEWEST_API.major}.${NEWEST_API.minor}` : engineVersion,
    // 20.10 answers "1" or nothing, 23 and later "2". Podman builds by itself and speaks only the classic protocol.
    builder: !podman && single(headers['builder-version']) === '2' ? 'buildkit' : 'classic',
    address,
  };
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
