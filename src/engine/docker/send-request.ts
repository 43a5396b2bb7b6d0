import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { LABEL } from '../../model/names.js';

/** The one method of dockerode's transport that is used; it knows sockets, TLS and ssh. */
export interface Modem {
  dial(options: object, callback: (error: Error | null, result: unknown) => void): void;
}

export interface EngineCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Undefined values are left out; `true` is `1`; a list is as many values of that name. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;
  readonly body?: object;
  /** A list is sent as that many headers. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A tar archive as the body. */
  readonly archive?: Readable;
  /** The engine is asked to turn the connection into one for both directions. */
  readonly isSwitch?: boolean;
}

/** The library would read a refusal itself, lose its headers, and hear nothing of one that breaks off: so it hands over all. */
const ANY_STATUS = new Proxy({}, { get: () => true });

/**
 * The library asks for a switch of protocols. The empty body makes it say `Content-Length: 0`: with the chunked body it
 * would send otherwise, the bytes that end the body could be taken for the container's input.
 */
const SWITCH = { hijack: true, file: Buffer.alloc(0) };
const SWITCH_HEADERS = { 'Content-Type': 'text/plain' };

/** The answer to one request as it begins, whatever its status, or the connection after a switch. `prefix` is `/v1.41` or empty. */
export function sendRequest(modem: Modem, prefix: string, call: EngineCall, signal: AbortSignal): Promise<Answer> {
  const { method, path, body, archive, isSwitch = false } = call;
  const query = call.query && toQuery(call.query);
  const options = {
    path: `${prefix}${path}${query ? '?' : ''}`,
    method,
    options: { ...(query && { _query: query }), _body: body ?? {} },
    headers: { ...(isSwitch && SWITCH_HEADERS), ...call.headers },
    file: archive,
    isStream: true,
    statusCodes: ANY_STATUS,
    abortSignal: signal,
    ...(isSwitch && SWITCH),
  };
  return new Promise((resolve, reject) => {
    modem.dial(options, (error, result) => (error ? reject(error) : resolve(result as Answer)));
  });
}

export type Answer = IncomingMessage | Duplex;

export const isMessage = (answer: Answer): answer is IncomingMessage => 'statusCode' in answer;

function toQuery(query: NonNullable<EngineCall['query']>): Record<string, string | readonly string[]> {
  const text: Record<string, string | readonly string[]> = {};
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === false) continue;
    text[key] = value === true ? '1' : typeof value === 'object' ? value : String(value);
  }
  return text;
}

/**
 * A signal for one call that follows `parent` until let go. Node hangs listeners on whatever signal a request gets and
 * leaves some there for as long as its socket lives; a hundred calls with one signal would pile them up.
 */
export function linkSignal(parent: AbortSignal): { readonly signal: AbortSignal; dispose(): void } {
  const own = new AbortController();
  const onAbort = (): void => own.abort(parent.reason);
  // Each call in flight listens once and lets go: more than ten at a time are no leak.
  setMaxListeners(0, parent);
  if (parent.aborted) onAbort();
  else parent.addEventListener('abort', onAbort, { once: true });
  return { signal: own.signal, dispose: () => parent.removeEventListener('abort', onAbort) };
}

/** The filter for what carries a project's label. */
export const labelFilter = (project: string): string => JSON.stringify({ label: [`${LABEL.project}=${project}`] });
