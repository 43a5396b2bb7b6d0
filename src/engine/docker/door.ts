import { setMaxListeners } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { abortable } from '../../lib/deadline.js';
import { TsfigError } from '../../model/errors.js';
import { LABEL } from '../../model/names.js';
import { fromDocker, type Doing } from './docker-errors.js';

/** The one method of dockerode's transport that is used; it knows sockets, TLS and ssh. */
export interface Modem {
  dial(options: object, callback: (error: Error | null, result: unknown) => void): void;
}

/** Where requests go in: the transport and the API version that stands in every path. */
export interface Door {
  readonly modem: Modem;
  readonly apiVersion: string;
}

export interface EngineCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Undefined values are left out; `true` is `1`. */
  readonly query?: Readonly<Record<string, string | number | boolean | null | undefined>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** A tar archive as the body. */
  readonly archive?: Readable;
}

/** An open answer. `close` ends the connection; the signal that opened it is then let go of. */
export interface Connection<S extends Readable> {
  readonly stream: S;
  readonly signal: AbortSignal;
  readonly doing: Doing;
  readonly close: () => void;
}

/** 304 is the engine's "already so". */
const ACCEPTED = { 200: true, 201: true, 204: true, 304: true };

/**
 * One request, answered whole: the JSON, or undefined when the answer has no body. Read here and not by the library, which
 * never calls back when an answer breaks off in its body (docker-modem 5.0: it listens to `end` alone): with nothing left
 * to wait for, Node would end the process as if all were well.
 */
export async function ask(door: Door, call: EngineCall, doing: Doing, signal: AbortSignal): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readPieces(await openStream(door, call, doing, signal))) pieces.push(piece);
  const text = Buffer.concat(pieces).toString();
  return text.trim() === '' ? undefined : readJson(text, doing);
}

function readJson(text: string, { doing }: Doing): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `cannot ${doing}: the engine's answer is not JSON`;
    throw new TsfigError('engine-refused', message, { cause: error });
  }
}

/** One request whose answer is read as it comes. Resolves when the answer has begun. */
export async function openStream(
  door: Door,
  call: EngineCall,
  doing: Doing,
  signal: AbortSignal,
): Promise<Connection<Readable>> {
  return await open<Readable>(door, call, { isStream: true }, { doing, signal });
}

/** One request that turns into a connection for both directions. Resolves when the engine has switched. */
export async function openConnection(
  door: Door,
  call: EngineCall,
  doing: Doing,
  signal: AbortSignal,
): Promise<Connection<Duplex>> {
  const connection = await open<Duplex>(door, call, SWITCH, { doing, signal });
  if (typeof connection.stream.write === 'function') return connection;
  connection.close();
  throw new TsfigError('engine-refused', `cannot ${doing.doing}: the engine did not switch the connection`);
}

/**
 * The library asks for a switch of protocols. The empty body makes it say `Content-Length: 0`: with the chunked body it
 * would send otherwise, the bytes that end the body could be taken for the container's input.
 */
const SWITCH = { hijack: true, isStream: true, file: Buffer.alloc(0) };

async function open<S extends Readable>(
  door: Door,
  call: EngineCall,
  how: object,
  { doing, signal }: { readonly doing: Doing; readonly signal: AbortSignal },
): Promise<Connection<S>> {
  const tether = tie(signal);
  const opening = dial(door, call, how, tether.signal) as Promise<S>;
  try {
    const stream = await abortable(opening, tether.signal);
    // A stream that is not being read when it fails must not bring the process down; the reader sees the failure.
    stream.on('error', () => undefined);
    const close = (): void => {
      tether.letGo();
      stream.destroy();
    };
    // After a switch of protocols the request's signal no longer reaches the socket.
    tether.signal.addEventListener('abort', () => void stream.destroy(), { once: true });
    return { stream, signal, doing, close };
  } catch (error) {
    void opening.then(
      (late) => late.destroy(),
      () => undefined,
    );
    tether.letGo();
    throw signal.aborted ? signal.reason : fromDocker(error, doing);
  }
}

/** The bytes of an open answer, read only as fast as they are asked for. Closes the connection at the end, however it comes. */
export async function* readPieces(connection: Connection<Readable>): AsyncGenerator<Uint8Array, void> {
  const { stream, signal, doing, close } = connection;
  try {
    for await (const piece of stream) yield piece as Uint8Array;
    signal.throwIfAborted();
  } catch (error) {
    throw signal.aborted ? signal.reason : fromDocker(error, doing);
  } finally {
    close();
  }
}

function dial(door: Door, call: EngineCall, how: object, signal: AbortSignal): Promise<unknown> {
  const query = call.query && toQuery(call.query);
  const options = {
    path: `/v${door.apiVersion}${call.path}${query ? '?' : ''}`,
    method: call.method,
    options: { ...(query && { _query: query }), _body: call.body ?? {} },
    headers: { ...(how === SWITCH && { 'Content-Type': 'text/plain' }), ...call.headers },
    file: call.archive,
    statusCodes: ACCEPTED,
    abortSignal: signal,
    ...how,
  };
  return new Promise((resolve, reject) => {
    door.modem.dial(options, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

function toQuery(query: NonNullable<EngineCall['query']>): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === false) continue;
    text[key] = value === true ? '1' : String(value);
  }
  return text;
}

/**
 * A signal for one call that follows `parent` until let go. Node hangs listeners on whatever signal a request gets and
 * leaves some there for as long as its socket lives; a hundred calls with one signal would pile them up.
 */
export function tie(parent: AbortSignal): { readonly signal: AbortSignal; letGo(): void } {
  const own = new AbortController();
  const onAbort = (): void => own.abort(parent.reason);
  // Each call in flight listens once and lets go: more than ten at a time are no leak.
  setMaxListeners(0, parent);
  if (parent.aborted) onAbort();
  else parent.addEventListener('abort', onAbort, { once: true });
  return { signal: own.signal, letGo: () => parent.removeEventListener('abort', onAbort) };
}

/** The filter for what carries a project's label. */
export const labelFilter = (project: string): string => JSON.stringify({ label: [`${LABEL.project}=${project}`] });
