import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { TsfigError } from '../../model/errors.js';
import type { Engine } from '../engine.js';
import { connectionHint } from './connection-hints.js';
import type { Modem } from './send-request.js';
import { DockerEngine } from './docker-engine.js';
import { EngineClient } from './engine-client.js';
import { locateEngine, type LocatedEngine } from './locate-engine.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * An engine, found by `environment` (DOCKER_HOST and friends; see `locateEngine`). Nothing is asked of it yet: its first
 * answer tells what it is. Throws `engine-unreachable` for what cannot be an engine.
 */
export async function connectDocker(environment: Environment, signal: AbortSignal): Promise<Engine> {
  signal.throwIfAborted();
  const located = await locateEngine(environment);
  const hintFor = (failure: unknown): string | undefined => connectionHint(located, failure);
  const client = new EngineClient(await openModem(located, environment), located.address.text, hintFor);
  return new DockerEngine({ client, environment });
}

/** dockerode saves writing HTTP to an engine: requests, switched connections, bodies. Imported here, when it is needed. */
async function openModem(located: LocatedEngine, environment: Environment): Promise<Modem> {
  const { address } = located;
  const [{ default: Dockerode }, agent] = await Promise.all([import('dockerode'), makeAgent(located, environment)]);
  const isLocal = address.protocol === 'http' && address.socketPath !== undefined;
  // Every option is given, undefined ones too: what is not given the library takes from the process's own environment.
  const options = {
    protocol: address.protocol === 'https' ? ('https' as const) : ('http' as const),
    socketPath: isLocal ? address.socketPath : undefined,
    // Through ssh the name of the host is of no matter: the connection stands already.
    host: address.protocol === 'ssh' ? 'http://localhost' : address.host,
    port: address.protocol === 'ssh' ? undefined : address.port,
    username: undefined,
    sshOptions: {},
    ca: undefined,
    cert: undefined,
    key: undefined,
    agent: refuseRedirects(agent),
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

/**
 * For a local socket, whose idle connections need no time limit. Told the name of the server, because Node would find out first, for
 * the sake of TLS, whether that is an IPv6 address, with a pattern that takes 3 ms to compile (Node 20).
 */
const LOCAL = { keepAlive: true, scheduling: 'lifo', servername: '' } as const;
/**
 * Of a network a connection may be gone without a word: one that is waited on is asked after 15 s of silence whether it is
 * still there (and given up after ten more), and one that idles for 5 s is not used again, as Node itself has it.
 */
const REMOTE = { keepAlive: true, keepAliveMsecs: 15_000, timeout: 5000, scheduling: 'lifo' } as const;

/** How connections are made; what only some need is imported when it is. */
async function makeAgent({ address, tls }: LocatedEngine, environment: Environment): Promise<Agent> {
  if (tls) {
    const { makeTlsAgent } = await import('./tls-agent.js');
    return makeTlsAgent(REMOTE, tls);
  }
  if (address.protocol === 'ssh') {
    const { makeSshAgent } = await import('./ssh-connection.js');
    return makeSshAgent(address, environment);
  }
  return new Agent(address.socketPath === undefined ? REMOTE : LOCAL);
}

/** What Node calls for every request, though its types do not say so. */
interface Dispatcher {
  addRequest(request: ClientRequest, ...rest: readonly unknown[]): void;
}

/**
 * The library follows a redirect to any address, off the socket and in the clear (docker-modem 5.0: lib/http.js). No engine
 * redirects: without the address it is an answer like any other, and a refusal.
 */
function refuseRedirects(agent: Agent): Agent {
  const dispatcher = agent as unknown as Dispatcher;
  const addRequest = dispatcher.addRequest.bind(agent);
  dispatcher.addRequest = (request, ...rest) => {
    request.prependListener('response', ({ headers }: IncomingMessage) => delete headers.location);
    addRequest(request, ...rest);
  };
  return agent;
}
