import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { raceAbort } from '../../lib/deadline.js';
import { hasCode, TsfigError } from '../../model/errors.js';
import type { EngineInfo } from '../engine.js';
import { type Answer, sendRequest, type EngineCall, isMessage, type Modem, linkSignal } from './send-request.js';
import { doing, fromDocker, Refusal, type Doing } from './docker-errors.js';
import { announcesVersion, toEngineInfo } from './negotiation.js';
import type { Shape } from './shape.js';
import { toTextLines } from './streams.js';

/**
 * Sends requests. The first answer tells what the engine is, whatever else it says: until then reading requests have no
 * version in their path, which means the engine's newest, and changes wait for a ping.
 */
export class EngineClient {
  /** As a person would write it, such as `unix:///var/run/docker.sock`. */
  readonly address: string;
  readonly #modem: Modem;
  readonly #hintFor: HintFor;
  #info: EngineInfo | null = null;

  constructor(modem: Modem, address: string, hintFor: HintFor = () => undefined) {
    this.#modem = modem;
    this.address = address;
    this.#hintFor = hintFor;
  }

  /** What the engine is; a request of its own only when no answer has come yet. Throws `engine-too-old`. */
  async engineInfo(signal: AbortSignal): Promise<EngineInfo> {
    return (this.#info ??= toEngineInfo(await this.ping(signal), this.address));
  }

  /** The headers of the answer to a ping, whose path has no version. */
  async ping(signal: AbortSignal): Promise<IncomingHttpHeaders> {
    const call = { method: 'GET', path: '/_ping' } as const;
    const { stream, close } = await this.#send(call, '', { doing: this.#negotiation, signal });
    close();
    return isMessage(stream) ? stream.headers : {};
  }

  /**
   * One request; resolves when its answer has begun, and throws when that is a refusal. An engine that wants a version even
   * in the first path is pinged, and asked again.
   */
  async open(call: EngineCall, asking: Asking): Promise<Connection<Answer>> {
    if (this.#info === null && call.method !== 'GET') await this.engineInfo(asking.signal);
    const prefix = this.#prefix;
    try {
      return await this.#send(call, prefix, asking);
    } catch (error) {
      if (prefix !== '' || this.#info !== null || !hasCode(error, 'engine-refused')) throw error;
      await this.engineInfo(asking.signal);
      return await this.#send(call, this.#prefix, asking);
    }
  }

  async #send(call: EngineCall, prefix: string, { doing: what, signal }: Asking): Promise<Connection<Answer>> {
    const linked = linkSignal(signal);
    const opening = sendRequest(this.#modem, prefix, call, linked.signal);
    try {
      const stream = await raceAbort(opening, linked.signal);
      // A stream that is not being read when it fails must not bring the process down; the reader sees the failure.
      stream.on('error', () => undefined);
      // After a switch of protocols the request's signal no longer reaches the socket.
      linked.signal.addEventListener('abort', () => void stream.destroy(), { once: true });
      if (isMessage(stream)) await this.#readHeaders(stream, linked.signal);
      const close = (): void => {
        linked.dispose();
        stream.destroy();
      };
      return { stream, signal, doing: what, close };
    } catch (error) {
      void opening.then(
        (late) => late.destroy(),
        () => undefined,
      );
      linked.dispose();
      if (signal.aborted) throw signal.reason;
      const failure = fromDocker(error, what);
      // While nothing has been heard of the engine, where it should be says more than what was to be asked.
      throw this.#info === null && hasCode(failure, 'engine-unreachable', 'engine-refused')
        ? fromDocker(error, this.#negotiation, this.#hintFor(error))
        : failure;
    }
  }

  /** What an answer says of the engine. Throws a refusal. */
  async #readHeaders(answer: IncomingMessage, signal: AbortSignal): Promise<void> {
    const { headers, statusCode = 0 } = answer;
    if (this.#info === null && announcesVersion(headers)) this.#info = toEngineInfo(headers, this.address);
    if (!ACCEPTED.includes(statusCode)) throw new Refusal(statusCode, await raceAbort(readText(answer), signal));
  }

  get #prefix(): string {
    return this.#info === null ? '' : `/v${this.#info.apiVersion}`;
  }

  get #negotiation(): Doing {
    return { ...doing(`connect to the Docker engine at ${this.address}`), isConnecting: true };
  }
}

/** What to do about an engine that cannot be connected to, where that is known. */
export type HintFor = (failure: unknown) => string | undefined;

interface Asking {
  readonly doing: Doing;
  readonly signal: AbortSignal;
}

/** An open answer. `close` ends the connection; the signal that opened it is then let go of. */
export interface Connection<S extends Readable> {
  readonly stream: S;
  readonly signal: AbortSignal;
  readonly doing: Doing;
  readonly close: () => void;
}

/** 304 is the engine's "already so". */
const ACCEPTED: readonly number[] = [200, 201, 204, 304];

/**
 * One request, answered whole: the JSON, which fits `shape`. Throws `engine-refused` when the answer is another one. Read
 * here and not by the library, which never calls back when an answer breaks off in its body (docker-modem 5.0: it listens
 * to `end` alone): with nothing left to wait for, Node would end the process as if all were well.
 */
export async function ask<T>(
  client: EngineClient,
  call: EngineCall,
  { shape, ...asking }: Asking & { readonly shape: Shape<T> },
): Promise<T> {
  const text = await readText(readPieces(await client.open(call, asking)));
  return readJson(text, shape, asking.doing);
}

/** One request whose answer, if it has a body at all, is of no interest. */
export async function tell(client: EngineClient, call: EngineCall, asking: Asking): Promise<void> {
  await readText(readPieces(await client.open(call, asking)));
}

/** The values of an answer that has one a line, as the engine tells events, pulls and builds. Throws like `ask`. */
export async function* readJsonLines<T>(
  connection: Connection<Readable>,
  shape: Shape<T>,
  prepare: (line: string) => string = (line) => line,
): AsyncGenerator<T, void> {
  for await (const line of toTextLines(readPieces(connection))) yield readJson(prepare(line), shape, connection.doing);
}

async function readText(stream: AsyncIterable<unknown>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces).toString();
}
function readJson<T>(text: string, shape: Shape<T>, { doing: what }: Doing): T {
  const value = parseJson(text);
  const misfit = value === undefined ? 'it is not JSON' : shape.misfit(value, 'answer');
  if (misfit === undefined) return value as T;
  throw new TsfigError('engine-refused', `cannot ${what}: the engine's answer is not as it should be: ${misfit}`, {
    hint: 'is it a Docker engine that answers there? DOCKER_HOST names another one',
  });
}

/** Undefined for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One request whose answer is read as it comes. Resolves when the answer has begun. */
export const openStream = (
  client: EngineClient,
  call: EngineCall,
  what: Doing,
  signal: AbortSignal,
): Promise<Connection<Readable>> => client.open(call, { doing: what, signal });

/** One request that turns into a connection for both directions. Resolves when the engine has switched. */
export async function openConnection(
  client: EngineClient,
  call: EngineCall,
  what: Doing,
  signal: AbortSignal,
): Promise<Connection<Duplex>> {
  const connection = await client.open({ ...call, isSwitch: true }, { doing: what, signal });
  const { stream } = connection;
  if (!isMessage(stream)) return { ...connection, stream };
  connection.close();
  throw new TsfigError('engine-refused', `cannot ${what.doing}: the engine did not switch the connection`);
}

/** The bytes of an open answer, read only as fast as they are asked for. Closes the connection at the end, however it comes. */
export async function* readPieces(connection: Connection<Readable>): AsyncGenerator<Uint8Array, void> {
  const { stream, signal, doing: what, close } = connection;
  try {
    for await (const piece of stream) yield piece as Uint8Array;
    signal.throwIfAborted();
  } catch (error) {
    throw signal.aborted ? signal.reason : fromDocker(error, what);
  } finally {
    close();
  }
}
