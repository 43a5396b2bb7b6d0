import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What can happen to a request on its way to the engine, or to the answer on its way back. */
export const FAULTS = ['kill', 'drop', 'hold', '500', '409', '404', 'delay', 'half'] as const;
export type FaultKind = (typeof FAULTS)[number];

/**
 * `before`: the engine never hears of the request (with `delay`, late). `after`: the engine has answered and tsfig does not
 * hear of that, or hears something else. `hold` never answers. `half` is an answer that breaks off in the middle, so it has no `before`.
 */
export interface Fault {
  readonly kind: FaultKind;
  readonly when: 'before' | 'after';
  /** What `kill` does: ends tsfig at once. */
  readonly kill: () => void;
  /** What `hold` does besides: the user loses patience. */
  readonly insist?: () => void;
  /** What `delay` waits for, instead of a moment. */
  readonly until?: Promise<unknown>;
}

const DELAY_MS = 300;

/** Answers instead of the engine, or not at all; with `delay`, goes on as if nothing had been, a little later. */
export function spoil(socket: Socket, { kind, kill, insist, until }: Fault, goOn: () => void): void {
  switch (kind) {
    case 'kill':
      kill();
      socket.destroy();
      return;
    case 'drop':
      socket.destroy();
      return;
    case 'hold':
      insist?.();
      return;
    case 'delay':
      if (until) void until.then(goOn);
      else setTimeout(goOn, DELAY_MS);
      return;
    case 'half':
      goOn();
      return;
    case '500':
    case '409':
    case '404':
      socket.end(refusal(Number(kind)));
  }
}

function refusal(status: number): string {
  const body = `${JSON.stringify({ message: `a fault made for a test (${status})` })}\n`;
  const head = ['Content-Type: application/json', `Content-Length: ${body.length}`, 'Connection: close'];
  return `HTTP/1.1 ${status} Fault\r\n${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Passes on the head of the answer and the first half of what comes first, then hangs up. What has no body is cut in its head. */
export function passHalf(answer: IncomingMessage, response: ServerResponse): void {
  const { socket } = response;
  const status = answer.statusCode ?? 500;
  const hangUp = (): void => void socket?.destroy();
  if (status === 204 || status === 304 || answer.headers['content-length'] === '0') {
    socket?.write(`HTTP/1.1 ${status} Hal`, hangUp);
    return;
  }
  response.writeHead(status, answer.headers);
  response.flushHeaders();
  answer.once('data', (piece: Buffer) => {
    answer.pause();
    response.write(piece.subarray(0, Math.ceil(piece.length / 2)), hangUp);
  });
  answer.once('end', hangUp);
}

/** The same for a connection that is to be switched: the head comes, and half of the first output. */
export function passHalfSwitched(onward: Socket, socket: Socket): void {
  let head = Buffer.alloc(0);
  const onData = (piece: Buffer): void => {
    const known = head.length;
    head = Buffer.concat([head, piece]);
    const end = head.indexOf('\r\n\r\n');
    const body = end === -1 ? 0 : head.length - Math.max(known, end + 4);
    if (body === 0) {
      socket.write(piece);
      return;
    }
    onward.off('data', onData);
    socket.write(piece.subarray(0, piece.length - Math.floor(body / 2)), () => socket.destroy());
  };
  onward.on('data', onData);
  onward.once('end', () => socket.destroy());
}
