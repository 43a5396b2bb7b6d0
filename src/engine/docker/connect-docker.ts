import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { homedir } from 'node:os';
import path from 'node:path';
import { TsfigError } from '../../model/errors.js';
import type { Engine } from '../engine.js';
import type { Modem } from './send-request.js';
import { DockerEngine } from './docker-engine.js';
import { EngineClient } from './engine-client.js';
import { locateEngine, type LocatedEngine } from './locate-engine.js';

/**
 * An engine, found by `environment` (DOCKER_HOST and friends; see `locateEngine`). Nothing is asked of it yet: its first
 * answer tells what it is. Throws `engine-unreachable` for what cannot be an engine.
 */
export async function connectDocker(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Engine> {
  signal.throwIfAborted();
  const located = await locateEngine(environment);
  return new DockerEngine({
    client: new EngineClient(await openModem(located, environment), located.address.text),
    environment,
  });
}

/**
 * For a local socket, whose idle connections need no time limit. Told the name of the server, because Node would find out first, for
 * the sake of TLS, whether that is an IPv6 address, with a pattern that takes 3 ms to compile (Node 20).
 */
const CONNECTIONS = { keepAlive: true, scheduling: 'lifo', servername: '' } as const;

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
    agent: address.socketPath === undefined ? undefined : new Agent(CONNECTIONS),
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
