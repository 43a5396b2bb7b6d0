import { randomUUID } from 'node:crypto';
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { IGNORE_FILE } from './build-context.js';
import { doing } from './docker-errors.js';
import { openConnection, type EngineClient } from './engine-client.js';
import { sendFiles, type SyncedFiles } from './file-sync.js';
import { readGrpcFrames, toGrpcFrame } from './grpc.js';
import { readMessage, textOf, writeMessage } from './protobuf.js';
import type { Credentials } from './registry-auth.js';

/** A line back to BuildKit while it builds: it asks for files and credentials over it. */
export interface BuildSession {
  readonly id: string;
  readonly close: () => void;
}

/** What BuildKit may ask for. */
export interface BuildSources {
  /** The credentials of a registry, by the host that BuildKit names. */
  readonly credentials: (host: string) => Promise<Credentials | undefined>;
  /** The files of a build; null for one whose context is a URL. */
  readonly files: FileSource | null;
}

export interface FileSource {
  /** BuildKit keeps the files of one key, and asks of the next build with that key for what differs in size or time. */
  readonly key: string;
  /** What is sent of `context` or `dockerfile`; `isForIgnoreFile` when it wants nothing but the ignore file, to read it. */
  readonly filesOf: (name: string, isForIgnoreFile: boolean) => SyncedFiles | undefined;
}

/**
 * Opens the session that a BuildKit build belongs to: `POST /session` switched to HTTP/2, over which BuildKit calls us by
 * gRPC. dockerode has one too, but it gives one password to whatever registry asks, does not answer BuildKit's health
 * checks (20.10 gives the session up after a second without), sends no files, and costs 24 ms of loading.
 */
export async function openSession(
  client: EngineClient,
  sources: BuildSources,
  signal: AbortSignal,
): Promise<BuildSession> {
  const { createServer } = await import('node:http2');
  const id = randomUUID();
  const headers = {
    Upgrade: 'h2c',
    'X-Docker-Expose-Session-Uuid': id,
    'X-Docker-Expose-Session-Name': 'tsfig',
    'X-Docker-Expose-Session-Sharedkey': sources.files?.key ?? '',
    // Each in a header of its own: the engine takes one for one method.
    'X-Docker-Expose-Session-Grpc-Method': [CREDENTIALS, FILES],
  };
  const what = doing('open a build session', 'engine-refused');
  const connection = await openConnection(client, { method: 'POST', path: '/session', headers }, what, signal);
  const server: Http2Server = createServer();
  server.on('stream', (stream, request) => {
    stream.on('error', () => undefined); // a build that ended meanwhile
    answer(stream, request, sources).catch((error: unknown) => {
      refuse(stream, GRPC.unknown, error instanceof Error ? error.message : 'failed');
    });
  });
  server.on('sessionError', () => undefined); // the build says what is wrong
  server.emit('connection', connection.stream);
  return { id, close: connection.close };
}

const CREDENTIALS = '/moby.filesync.v1.Auth/Credentials';
const FILES = '/moby.filesync.v1.FileSync/DiffCopy';
const HEALTH = '/grpc.health.v1.Health/Check';
/** A HealthCheckResponse that says SERVING (1). */
const SERVING = writeMessage({ 1: 1 });

/** Status codes of gRPC. */
const GRPC = { ok: '0', unknown: '2', unimplemented: '12' };

async function answer(stream: ServerHttp2Stream, request: IncomingHttpHeaders, sources: BuildSources): Promise<void> {
  const method = request[':path'];
  const files = method === FILES ? filesFor(request, sources.files) : undefined;
  if (method === HEALTH) {
    begin(stream);
    end(stream, SERVING);
  } else if (method === CREDENTIALS) {
    const message = await credentialsFor(stream, sources.credentials);
    begin(stream);
    end(stream, message);
  } else if (files) {
    begin(stream);
    await sendFiles(stream, files);
    stream.end();
  } else {
    refuse(stream, GRPC.unimplemented, 'tsfig does not offer this');
  }
}

/** What BuildKit tells in headers: the tree it wants, and the only paths that it is going to use. */
function filesFor(request: IncomingHttpHeaders, source: FileSource | null): SyncedFiles | undefined {
  const paths = valuesOf(request, 'followpaths');
  const isForIgnoreFile =
    paths.length === 1 && paths[0] === IGNORE_FILE && valuesOf(request, 'exclude-patterns').length === 0;
  return source?.filesOf(valuesOf(request, 'dir-name')[0] ?? '', isForIgnoreFile);
}

function valuesOf(headers: IncomingHttpHeaders, name: string): readonly string[] {
  const value = headers[name];
  // Node joins what comes twice.
  return typeof value === 'string' ? value.split(', ') : (value ?? []);
}

/** CredentialsRequest { Host = 1 } → CredentialsResponse { Username = 1, Secret = 2 }; empty for an anonymous visit. */
async function credentialsFor(stream: ServerHttp2Stream, find: BuildSources['credentials']): Promise<Uint8Array> {
  for await (const message of readGrpcFrames(stream)) {
    const found = await find(textOf(readMessage(message), 1));
    if (!found) break;
    // Without a user name BuildKit takes the secret for an identity token.
    return writeMessage(
      found.identityToken === null ? { 1: found.username, 2: found.password } : { 2: found.identityToken },
    );
  }
  return writeMessage({});
}

const RESPONSE = { ':status': 200, 'content-type': 'application/grpc' };

function begin(stream: ServerHttp2Stream): void {
  if (stream.destroyed) return;
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': GRPC.ok }));
  stream.respond(RESPONSE, { waitForTrailers: true });
}

function end(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (!stream.destroyed) stream.end(toGrpcFrame(message));
}

function refuse(stream: ServerHttp2Stream, status: string, message: string): void {
  if (stream.destroyed) return;
  if (stream.headersSent) {
    stream.close();
    return;
  }
  stream.respond(
    { ...RESPONSE, 'grpc-status': status, 'grpc-message': encodeURIComponent(message) },
    { endStream: true },
  );
}
