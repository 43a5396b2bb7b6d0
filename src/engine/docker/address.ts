import { TsfigError } from '../../model/errors.js';

/** Where an engine is, as the client library wants to be told. */
export interface EngineAddress {
  /** As a person would write it, for messages. */
  readonly text: string;
  readonly protocol: 'http' | 'https' | 'ssh';
  /** Of this machine, and with ssh of the other one. */
  readonly socketPath: string | undefined;
  readonly host: string | undefined;
  /** Undefined: what the configuration of ssh says. */
  readonly port: number | undefined;
  readonly username: string | undefined;
}

export const HOST_HINT = 'set DOCKER_HOST to something like unix:///var/run/docker.sock or tcp://127.0.0.1:2375';

const DEFAULT_PORT = { http: 2375, https: 2376 } as const;

/**
 * Reads what DOCKER_HOST or a docker context names: `unix://PATH`, `npipe://PATH`, `tcp://HOST:PORT`, a bare
 * `HOST:PORT`, `http(s)://…`, `ssh://USER@HOST:PORT/SOCKET`. Throws `engine-unreachable` when it is none of these.
 */
export function readAddress(text: string, tls: boolean): EngineAddress {
  const local = /^(?:unix|npipe):\/\/(.+)$/.exec(text);
  if (local) return localAddress(text, local[1] ?? '');
  const written = text.includes('://') ? text : `tcp://${text}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const protocol = url && protocolOf(url.protocol, tls);
  if (!url || !protocol || url.hostname === '') {
    throw new TsfigError('engine-unreachable', `"${text}" is not the address of a Docker engine`, { hint: HOST_HINT });
  }
  if (protocol === 'ssh') return sshAddress(text, url);
  return {
    text,
    protocol,
    socketPath: undefined,
    // The client library takes a bare IPv6 address apart wrongly unless it stands in a URL.
    host: `${protocol}://${url.hostname}`,
    port: url.port === '' ? DEFAULT_PORT[protocol] : Number(url.port),
    username: undefined,
  };
}

/** Throws `engine-unreachable` for what ssh could take for an option, and for a password, which its command line has no place for. */
function sshAddress(text: string, url: URL): EngineAddress {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const username = decoded(url.username);
  if (url.password !== '') {
    throw new TsfigError('engine-unreachable', `the address ssh://…@${host} of the Docker engine contains a password`, {
      hint: 'use a key, of which ssh-agent may know the passphrase, and leave the password out',
    });
  }
  if (host.startsWith('-') || username.startsWith('-') || url.search !== '' || url.hash !== '') {
    throw new TsfigError('engine-unreachable', `"${text}" is not an address that ssh can reach`, { hint: HOST_HINT });
  }
  return {
    text,
    protocol: 'ssh',
    socketPath: url.pathname === '' || url.pathname === '/' ? undefined : decoded(url.pathname),
    host,
    port: url.port === '' ? undefined : Number(url.port),
    username: username === '' ? undefined : username,
  };
}

/** As written where it is no percent-encoding. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function localAddress(text: string, socketPath: string): EngineAddress {
  return { text, protocol: 'http', socketPath, host: undefined, port: undefined, username: undefined };
}

function protocolOf(scheme: string, tls: boolean): 'http' | 'https' | 'ssh' | undefined {
  switch (scheme) {
    case 'tcp:':
    case 'http:':
      return tls ? 'https' : 'http';
    case 'https:':
      return 'https';
    case 'ssh:':
      return 'ssh';
    default:
      return undefined;
  }
}
