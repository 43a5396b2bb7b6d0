import type { IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { abortable } from '../../lib/deadline.js';
import { TsfigError } from '../../model/errors.js';
import type { Engine, EngineFacts } from '../engine.js';
import type { EngineAddress } from './address.js';
import { DockerEngine } from './docker-engine.js';
import { doing, fromDocker } from './docker-errors.js';
import { tie, type Modem } from './door.js';
import { locateEngine, type LocatedEngine } from './locate-engine.js';
import { isAtLeast } from './to-docker.js';

/** The newest Engine API this was written against (Engine 28.5). */
const NEWEST_API = { major: 1, minor: 51 };
/** Engine 19.03: the oldest whose lists and waits behave as the translators expect. */
const OLDEST_API = { major: 1, minor: 40 };

/**
 * An engine, found by `environment` (DOCKER_HOST and friends; see `locateEngine`) and asked once what it is, so that every
 * further request speaks a version both know. Throws `engine-unreachable` and `engine-too-old`.
 */
export async function connectDocker(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Engine> {
  signal.throwIfAborted();
  const located = await locateEngine(environment);
  const modem = await openModem(located, environment);
  const headers = await ping(modem, located.address, signal);
  const facts = toFacts(headers, located.address.text);
  return new DockerEngine({ door: { modem, apiVersion: facts.apiVersion }, facts, environment });
}

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
    sshOptions: address.protocol === 'ssh' ? await sshOptions(environment) : {},
    ca: tls?.ca,
    cert: tls?.cert,
    key: tls?.key,
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
async function sshOptions(environment: Readonly<Record<string, string | undefined>>): Promise<object> {
  const agent = environment['SSH_AUTH_SOCK'];
  if (agent) return { agent };
  const folder = path.join(environment['HOME'] ?? homedir(), '.ssh');
  for (const name of ['id_ed25519', 'id_ecdsa', 'id_rsa']) {
    const privateKey = await readFile(path.join(folder, name)).catch(() => undefined);
    if (privateKey) return { privateKey };
  }
  return {};
}

type Headers = IncomingMessage['headers'];

/** `GET /_ping`, unversioned; its headers say what the engine is. dockerode's own `ping` keeps only the body. */
async function ping(modem: Modem, address: EngineAddress, parent: AbortSignal): Promise<Headers> {
  const tether = tie(parent);
  const pinged = new Promise<Headers>((resolve, reject) => {
    const options = {
      path: '/_ping',
      method: 'GET',
      headers: {},
      isStream: true,
      statusCodes: { 200: true },
      abortSignal: tether.signal,
    };
    modem.dial(options, (error, result) => {
      if (error) {
        reject(error);
        return;
      }
      const answer = result as IncomingMessage;
      answer.resume();
      resolve(answer.headers);
    });
  });
  try {
    return await abortable(pinged, tether.signal);
  } catch (error) {
    throw parent.aborted ? parent.reason : fromDocker(error, doing(`talk to it at ${address.text}`));
  } finally {
    tether.letGo();
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
