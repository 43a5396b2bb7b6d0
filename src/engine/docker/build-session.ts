import { randomUUID } from 'node:crypto';
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { doing } from './docker-errors.js';
import { openConnection, type EngineClient } from './engine-client.js';
import { readMessage, textOf, writeTexts } from './protobuf.js';
import type { Credentials } from './registry-auth.js';

/** A line back to BuildKit while it builds: it asks for credentials over it. */
export interface BuildSession {
  readonly id: string;
  readonly close: () => void;
}

/** The credentials of a registry, by the host that BuildKit names. */
export type FindCredentials = (host: string) => Promise<Credentials | undefined>;

/**
 * Opens the session that a BuildKit build belongs to: `POST /session` switched to HTTP/2, over which BuildKit calls us by
 * gRPC. dockerode has one too, but it gives one password to whatever registry asks, does not answer BuildKit's health
 * checks (20.10 gives the session up after a second without), and costs 24 ms of loading.
 */
export async function openSession(
  client: EngineClient,
  find: FindCredentials,
  signal: AbortSignal,
): Promise<BuildSession> {
  const { createServer } = await import('node:http2');
  const id = randomUUID();
  const headers = {
    Upgrade: 'h2c',
    'X-Docker-Expose-Session-Uuid': id,
    'X-Docker-Expose-Session-Name': 'tsfig',
    'X-Docker-Expose-Session-Grpc-Method': CREDENTIALS,
  };
  const what = doing('open a build session', 'engine-refused');
  const connection = await openConnection(client, { method: 'POST', path: '/session', headers }, what, signal);
  const server: Http2Server = createServer();
  server.on('stream', (stream, request) => void answer(stream, request, find));
  server.on('sessionError', () => undefined); // the build says what is wrong
  server.emit('connection', connection.stream);
  return { id, close: connection.close };
}

const CREDENTIALS = '/moby.filesync.v1.Auth/Credentials';
const HEALTH = '/grpc.health.v1.Health/Check';
/** A HealthCheckResponse that says SERVING (1). */
const SERVING = Uint8Array.from([0x08, 0x01]);

/** Status codes of gRPC. */
const GRPC = { ok: '0', unknown: '2', unimplemented: '12' };

async function answer(stream: ServerHttp2Stream, request: IncomingHttpHeaders, find: FindCredentials): Promise<void> {
  stream.on('error', () => undefined); // a build that ended meanwhile
  try {
    const method = request[':path'];
    if (method === HEALTH) respond(stream, SERVING);
    else if (method === CREDENTIALS) respond(stream, await credentialsFor(stream, find));
    else refuse(stream, GRPC.unimplemented, 'tsfig does not offer this');
  } catch (error) {
    refuse(stream, GRPC.unknown, error instanceof Error ? error.message : 'failed');
  }
}

/** CredentialsRequest { Host = 1 } → CredentialsResponse { Username = 1, Secret = 2 }; empty for an anonymous visit. */
async function credentialsFor(stream: ServerHttp2Stream, find: FindCredentials): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  const message = Buffer.concat(pieces).subarray(PREFIX_BYTES);
  const found = await find(textOf(readMessage(message), 1));
  if (!found) return writeTexts({});
  // Without a user name BuildKit takes the secret for an identity token.
  return writeTexts(
    found.identityToken === null ? { 1: found.username, 2: found.password } : { 2: found.identityToken },
  );
}

/** A gRPC message follows one byte (compressed or not) and its length. */
const PREFIX_BYTES = 5;
const RESPONSE = { ':status': 200, 'content-type': 'application/grpc' };

function respond(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed) return;
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': GRPC.ok }));
  stream.respond(RESPONSE, { waitForTrailers: true });
  stream.end(Buffer.concat([prefix, message]));
}

function refuse(stream: ServerHttp2Stream, status: string, message: string): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(
    { ...RESPONSE, 'grpc-status': status, 'grpc-message': encodeURIComponent(message) },
    { endStream: true },
  );
}
