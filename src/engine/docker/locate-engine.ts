import { existsSync, readFileSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import path from 'node:path';
import { TsfigError } from '../../model/errors.js';
import { HOST_HINT, readAddress, type EngineAddress } from './address.js';
import { isNoSuchFile, readDockerConfig } from './docker-config.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** PEM texts; each is undefined where the engine is reached without it. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface LocatedEngine {
  readonly address: EngineAddress;
  readonly tls: TlsFiles | undefined;
}

/**
 * Where the engine is, found as the docker command finds it: DOCKER_HOST (with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH),
 * else the context of DOCKER_CONTEXT, else the current one of the docker command's configuration, else this machine's
 * socket. Throws `engine-unreachable` for what cannot be an engine.
 */
export async function locateEngine(environment: Environment): Promise<LocatedEngine> {
  const host = environment['DOCKER_HOST'];
  if (host) return fromHost(host, environment);
  const { folder, config } = readDockerConfig(environment);
  const context = environment['DOCKER_CONTEXT'] || config.currentContext;
  if (context && context !== 'default') return await fromContext(folder, context);
  return { address: readAddress(localSocket(environment), false), tls: undefined };
}

function fromHost(host: string, environment: Environment): LocatedEngine {
  const verify = Boolean(environment['DOCKER_TLS_VERIFY']);
  const address = readAddress(host, verify);
  if (address.protocol !== 'https') return { address, tls: undefined };
  const home = environment['HOME'] ?? homedir();
  const folder = environment['DOCKER_CERT_PATH'] ?? path.join(home, '.docker');
  const tls = readTlsFiles(folder);
  if (environment['DOCKER_CERT_PATH'] && !tls.ca && !tls.cert && !tls.key) {
    const message = `DOCKER_CERT_PATH names ${folder}, which holds no ca.pem, cert.pem or key.pem`;
    throw new TsfigError('engine-unreachable', message, {
      hint: 'let DOCKER_CERT_PATH name the folder of these files',
    });
  }
  return { address, tls };
}

/** Layout of the docker command's store: contexts/meta/SHA256(NAME)/meta.json, contexts/tls/SHA256(NAME)/docker/*.pem. */
async function fromContext(folder: string, name: string): Promise<LocatedEngine> {
  const { createHash } = await import('node:crypto'); // rarely needed, and slow to load
  const id = createHash('sha256').update(name).digest('hex');
  const file = path.join(folder, 'contexts', 'meta', id, 'meta.json');
  const endpoint = readEndpoint(file, name);
  if (endpoint.SkipTLSVerify === true) {
    const message = `docker context "${name}" does not verify the engine's certificate, which tsfig always does`;
    throw new TsfigError('engine-unreachable', message, { hint: HOST_HINT });
  }
  const tls = readTlsFiles(path.join(folder, 'contexts', 'tls', id, 'docker'));
  const address = readAddress(endpoint.Host ?? '', Boolean(tls.ca ?? tls.cert));
  return { address, tls: address.protocol === 'https' ? tls : undefined };
}

interface EndpointJson {
  readonly Host?: string;
  readonly SkipTLSVerify?: boolean;
}

function readEndpoint(file: string, name: string): EndpointJson {
  try {
    const meta = JSON.parse(readFileSync(file, 'utf8')) as { Endpoints?: { docker?: EndpointJson } };
    return meta.Endpoints?.docker ?? {};
  } catch (error) {
    const message = `docker context "${name}" cannot be read from ${file}`;
    throw new TsfigError('engine-unreachable', message, {
      hint: 'choose another one with DOCKER_CONTEXT or "docker context use", or set DOCKER_HOST',
      cause: error,
    });
  }
}

function readTlsFiles(folder: string): TlsFiles {
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readIfThere(path.join(folder, name)));
  return { ca, cert, key };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isNoSuchFile(error)) return undefined;
    throw new TsfigError('engine-unreachable', `cannot read ${file}`, { cause: error });
  }
}

/** The usual place, else that of Docker Desktop, else that of a rootless engine. */
function localSocket(environment: Environment): string {
  if (platform() === 'win32') return 'npipe:////./pipe/docker_engine';
  const runtime = environment['XDG_RUNTIME_DIR'];
  const others = [
    path.join(environment['HOME'] ?? homedir(), '.docker', 'run', 'docker.sock'),
    ...(runtime ? [path.join(runtime, 'docker.sock')] : []),
  ];
  for (const socket of [DEFAULT_SOCKET, ...others]) {
    if (existsSync(socket)) return `unix://${socket}`;
  }
  return `unix://${DEFAULT_SOCKET}`;
}

const DEFAULT_SOCKET = '/var/run/docker.sock';
