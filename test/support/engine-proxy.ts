import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { passHalf, passHalfSwitched, spoil, type Fault } from './fault.js';

export interface ProxiedRequest {
  readonly method: string;
  /** Without the API version and the query. */
  readonly path: string;
}

/** The engine that the tests are about. */
const SOCKET = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock';

/**
 * Stands between tsfig and the engine: notes every request, and lets a test act at the very moment of one, such as by
 * killing tsfig before the engine hears of it. To be closed.
 */
export class EngineProxy {
  readonly requests: ProxiedRequest[] = [];
  /** Asked before a request is passed on; with `drop` and `hold` the engine never hears of it, and tsfig is hung up on, or waits. */
  onRequest: (request: ProxiedRequest) => 'pass' | 'drop' | 'hold' | Fault = () => 'pass';
  /** Told when the engine has answered, before tsfig hears of it. */
  onAnswer: (request: ProxiedRequest) => void = () => undefined;
  readonly #path = join(tmpdir(), `tsfig-proxy-${randomBytes(4).toString('hex')}.sock`);
  readonly #engine: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(engine: string) {
    this.#engine = engine;
    this.#server = createServer((request, response) => this.#pass(request, response));
    // The engine closes no idle connection; a test may be slow.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('upgrade', (request, socket: Socket, head) => this.#upgrade(request, socket, head));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
  }

  static async open(engine = SOCKET): Promise<EngineProxy> {
    const proxy = new EngineProxy(engine);
    await new Promise<void>((resolve) => proxy.#server.listen(proxy.#path, resolve));
    return proxy;
  }

  /** What makes tsfig go this way. */
  get env(): Record<string, string> {
    return { DOCKER_HOST: `unix://${this.#path}` };
  }

  /** Those that can change something. */
  get changes(): string[] {
    return this.requests.filter(isChange).map(({ method, path }) => `${method} ${path}`);
  }

  /** Forgets what it noted and what it was told to do. */
  reset(): void {
    this.requests.length = 0;
    this.onRequest = () => 'pass';
    this.onAnswer = () => undefined;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#sockets.forEach((socket) => socket.destroy());
    await closed;
  }

  #note({ method = '', url = '' }: IncomingMessage): ProxiedRequest {
    const path = url.replace(/^\/v\d+\.\d+/, '').replace(/\?.*$/, '');
    const noted = { method, path };
    this.requests.push(noted);
    return noted;
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const noted = this.#note(request);
    const verdict = this.onRequest(noted);
    if (verdict === 'drop') request.socket.destroy();
    if (verdict === 'drop' || verdict === 'hold') return;
    const fault = verdict === 'pass' ? null : verdict;
    const goOn = (): void => this.#ask(noted, { request, response, fault });
    if (fault?.when === 'before') spoil(request.socket, fault, goOn);
    else goOn();
  }

  #ask(noted: ProxiedRequest, { request, response, fault }: Passing): void {
    const { method, url: path, headers } = request;
    const onward = ask({ socketPath: this.#engine, method, path, headers }, (answer) => {
      this.onAnswer(noted);
      const passOn = (): void => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
      };
      if (fault?.when !== 'after') passOn();
      else if (fault.kind === 'half') passHalf(answer, response);
      else spoil(request.socket, fault, passOn);
    });
    onward.on('error', () => request.socket.destroy());
    // As without a proxy, the engine notices when nobody waits for its answer any more.
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const verdict = this.onRequest(this.#note(request));
    if (verdict === 'drop') socket.destroy();
    if (verdict === 'drop' || verdict === 'hold') return;
    const fault = verdict === 'pass' ? null : verdict;
    const goOn = (): void => this.#switch(request, { socket, head, fault });
    if (fault?.when === 'before') spoil(socket, fault, goOn);
    else goOn();
  }

  #switch(request: IncomingMessage, { socket, head, fault }: Switching): void {
    const onward = connect(this.#engine);
    const headers = request.rawHeaders.reduce(
      (text, word, index) => text + (index % 2 === 0 ? `${word}: ` : `${word}\r\n`),
      '',
    );
    onward.write(`${request.method ?? ''} ${request.url ?? ''} HTTP/1.1\r\n${headers}\r\n`);
    onward.write(head);
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
    socket.pipe(onward);
    if (fault?.when !== 'after') onward.pipe(socket);
    else if (fault.kind === 'half') passHalfSwitched(onward, socket);
    else onward.once('readable', () => spoil(socket, fault, () => onward.pipe(socket)));
  }
}

interface Passing {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fault: Fault | null;
}

interface Switching {
  readonly socket: Socket;
  readonly head: Buffer;
  readonly fault: Fault | null;
}

export const isChange = ({ method }: ProxiedRequest): boolean => method !== 'GET' && method !== 'HEAD';
