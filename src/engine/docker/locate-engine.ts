import { existsSync, readFileSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import path from 'node:path';
import { TsfigError } from '../../model/errors.js';
import { readAddress, type EngineAddress } from './address.js';
import { dockerFolder, isNoSuchFile, readDockerConfig } from './docker-config.js';
import { boolean, maybe, object, text, type Infer } from './shape.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** How an engine is reached with TLS. The PEM texts are undefined where it is reached without them. */
export interface TlsFiles {
  /** Where they are, for messages. */
  readonly folder: string;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** False: whoever answers is believed to be the engine. */
  readonly isVerified: boolean;
}

export interface LocatedEngine {
  readonly address: EngineAddress;
  /** What an `https` address is reached with. */
  readonly tls: TlsFiles | undefined;
}

/**
 * Where the engine is, found as the docker command finds it: DOCKER_HOST (with DOCKER_TLS_VERIFY, DOCKER_TLS and
 * DOCKER_CERT_PATH), else the context of DOCKER_CONTEXT, else the current one of the docker command's configuration, else
 * this machine's socket. Throws `engine-unreachable` for what cannot be an engine.
 */
export async function locateEngine(environment: Environment): Promise<LocatedEngine> {
  const host = environment['DOCKER_HOST'];
  if (host) return fromHost(host, environment);
  const { folder, config } = readDockerConfig(environment);
  const context = environment['DOCKER_CONTEXT'] || config.currentContext;
  if (context && context !== 'default') return await fromContext(folder, context);
  return { address: readAddress(localSocket(environment), false), tls: undefined };
}

/**
 * As docker has it: DOCKER_TLS_VERIFY encrypts and wants to see that it is the engine, which takes a ca.pem; DOCKER_TLS
 * alone encrypts for whoever is there; any value counts.
 */
function fromHost(host: string, environment: Environment): LocatedEngine {
  const isVerified = Boolean(environment['DOCKER_TLS_VERIFY']);
  const isWanted = isVerified || Boolean(environment['DOCKER_TLS']);
  const address = readAddress(host, isWanted);
  if (address.protocol !== 'https') return { address, tls: undefined };
  const folder = environment['DOCKER_CERT_PATH'] || dockerFolder(environment);
  // An address that begins with https:// is verified, unless DOCKER_TLS says otherwise.
  const tls = readTlsFiles(folder, isVerified || !isWanted);
  if (isVerified && tls.ca === undefined) {
    throw new TsfigError('engine-unreachable', `DOCKER_TLS_VERIFY is set, and there is no ca.pem in ${folder}`, {
      hint: 'let DOCKER_CERT_PATH name the folder that holds ca.pem, cert.pem and key.pem',
    });
  }
  return { address, tls };
}

/** Layout of the docker command's store: contexts/meta/SHA256(NAME)/meta.json, contexts/tls/SHA256(NAME)/docker/*.pem. */
async function fromContext(folder: string, name: string): Promise<LocatedEngine> {
  const { createHash } = await import('node:crypto'); // rarely needed, and slow to load
  const id = createHash('sha256').update(name).digest('hex');
  const file = path.join(folder, 'contexts', 'meta', id, 'meta.json');
  const { Host, SkipTLSVerify } = readEndpoint(file, name);
  const tls = readTlsFiles(path.join(folder, 'contexts', 'tls', id, 'docker'), SkipTLSVerify !== true);
  const address = readAddress(Host ?? '', SkipTLSVerify === true || Boolean(tls.ca ?? tls.cert));
  return { address, tls: address.protocol === 'https' ? tls : undefined };
}

/** Of a context. */
const ENDPOINT = object({ Host: maybe(text), SkipTLSVerify: maybe(boolean) });
const CONTEXT = object({ Endpoints: maybe(object({ docker: maybe(ENDPOINT) })) });

function readEndpoint(file: string, name: string): Infer<typeof ENDPOINT> {
  try {
    const meta: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const misfit = CONTEXT.misfit(meta, 'context');
    if (misfit !== undefined) throw new Error(misfit);
    return (meta as Infer<typeof CONTEXT>).Endpoints?.docker ?? {};
  } catch (error) {
    const message = `docker context "${name}" cannot be read from ${file}`;
    throw new TsfigError('engine-unreachable', message, {
      hint: 'choose another one with DOCKER_CONTEXT or "docker context use", or set DOCKER_HOST',
      cause: error,
    });
  }
}

/** Throws `engine-unreachable` for a certificate without its key, and the other way round. */
function readTlsFiles(folder: string, isVerified: boolean): TlsFiles {
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readIfThere(path.join(folder, name)));
  if ((cert === undefined) !== (key === undefined)) {
    const [there, missing] = cert === undefined ? ['key.pem', 'cert.pem'] : ['cert.pem', 'key.pem'];
    throw new TsfigError('engine-unreachable', `there is a ${there} in ${folder}, and no ${missing}`, {
      hint: `put ${missing} beside it, or take ${there} away where the engine asks for none`,
    });
  }
  return { folder, ca, cert, key, isVerified };
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
