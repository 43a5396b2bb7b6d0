import { TsfigError } from '../../model/errors.js';

/** Where an engine is, as the client library wants to be told. */
export interface EngineAddress {
  /** As a person would write it, for messages. */
  readonly text: string;
  readonly protocol: 'http' | 'https' | 'ssh';
  readonly socketPath: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly username: string | undefined;
}

export const HOST_HINT = 'set DOCKER_HOST to something like unix:///var/run/docker.sock or tcp://127.0.0.1:2375';

const DEFAULT_PORT = { http: 2375, https: 2376, ssh: 22 } as const;

/**
 * Reads what DOCKER_HOST or a docker context names: `unix://PATH`, `npipe://PATH`, `tcp://HOST:PORT`, a bare
 * `HOST:PORT`, `http(s)://…`, `ssh://USER@HOST:PORT`. Throws `engine-unreachable` when it is none of these.
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
  const port = url.port === '' ? DEFAULT_PORT[protocol] : Number(url.port);
  return {
    text,
    protocol,
    socketPath: undefined,
    // The client library takes a bare IPv6 address apart wrongly unless it stands in a URL; ssh wants the bare name.
    host: protocol === 'ssh' ? url.hostname : `${protocol}://${url.hostname}`,
    port,
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
  };
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
