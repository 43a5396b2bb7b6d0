import { spawn } from 'node:child_process';
import { TsfigError } from '../../model/errors.js';
import { readDockerConfig, type AuthEntry, type DockerConfig } from './docker-config.js';
import { DOCKER_HUB } from './image-ref.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What opens a registry. Never to be printed. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Instead of a password, where the registry gave one at login. */
  readonly identityToken: string | null;
}

/** What the docker command calls Docker Hub in its configuration, and what its helpers want to be asked. */
const HUB_ADDRESS = 'https://index.docker.io/v1/';

/**
 * The credentials of a registry (`docker.io`, `registry.example.com:5000`) as `docker login` left them: from the helper
 * of that registry, else from the store, else from the file itself. Undefined: nobody has logged in. Throws
 * `pull-failed` when a helper does not answer as it should.
 */
export async function findCredentials(
  registry: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<Credentials | undefined> {
  const { config } = readDockerConfig(environment);
  const helper = config.credHelpers?.[registry] ?? config.credHelpers?.[addressOf(registry)] ?? config.credsStore;
  const kept = helper ? await askHelper(helper, addressOf(registry), environment, signal) : undefined;
  return kept ?? fromFile(config, registry);
}

/** Every registry of the configuration, for a build that does not say which ones it needs. */
export function listRegistries(environment: Environment): readonly string[] {
  const { config } = readDockerConfig(environment);
  const named = [...Object.keys(config.auths ?? {}), ...Object.keys(config.credHelpers ?? {})];
  return [...new Set(named.map(hostOf))];
}

export const addressOf = (registry: string): string => (registry === DOCKER_HUB ? HUB_ADDRESS : registry);

/** `https://index.docker.io/v1/` → `docker.io`; `https://host:5000/v2/` → `host:5000`. */
function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? DOCKER_HUB : host;
}

function fromFile({ auths }: DockerConfig, registry: string): Credentials | undefined {
  const entry = Object.entries(auths ?? {}).find(([key]) => hostOf(key) === registry)?.[1];
  return entry && toCredentials(entry);
}

function toCredentials({ auth, username, password, identitytoken }: AuthEntry): Credentials | undefined {
  const [user, ...rest] = auth ? Buffer.from(auth, 'base64').toString('utf8').split(':') : [username, password ?? ''];
  const credentials = {
    username: user ?? '',
    // Old docker commands padded the password with zero bytes.
    password: rest.join(':').replace(/\0+$/, ''),
    identityToken: identitytoken ?? null,
  };
  return credentials.username === '' && credentials.identityToken === null ? undefined : credentials;
}

/** The user name by which a helper says that the secret is a token. */
const TOKEN_USER = '<token>';

/** Asks `docker-credential-NAME get`: the address on standard input, JSON on standard output (docker-credential-helpers). */
async function askHelper(
  name: string,
  address: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${name}`;
  const { exitCode, output } = await runHelper(program, address, environment, signal);
  // The helpers' library has this sentence as a constant; the docker command compares with it too.
  if (exitCode !== 0 && output.includes('credentials not found in native keychain')) return undefined;
  const answer = exitCode === 0 ? readAnswer(output) : undefined;
  if (!answer) {
    const why = exitCode === 0 ? 'its answer is not the JSON it should be' : `it ended with ${exitCode}`;
    throw helperFailed(program, address, why);
  }
  const isToken = answer.Username === TOKEN_USER;
  return {
    username: isToken ? '' : answer.Username,
    password: isToken ? '' : answer.Secret,
    identityToken: isToken ? answer.Secret : null,
  };
}

function helperFailed(program: string, address: string, why: string, cause?: unknown): TsfigError {
  const hint = `run "docker login ${address}", or take ${program} out of credsStore and credHelpers in the docker configuration`;
  return new TsfigError('pull-failed', `cannot ask ${program} for the credentials of ${address}: ${why}`, {
    hint,
    cause,
  });
}

function readAnswer(output: string): { readonly Username: string; readonly Secret: string } | undefined {
  try {
    const { Username, Secret } = JSON.parse(output) as { Username?: unknown; Secret?: unknown };
    return typeof Username === 'string' && typeof Secret === 'string' ? { Username, Secret } : undefined;
  } catch {
    return undefined;
  }
}

async function runHelper(
  program: string,
  address: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const child = spawn(program, ['get'], { env: environment, stdio: ['pipe', 'pipe', 'ignore'], signal });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  // A helper that ends without reading leaves a broken pipe; its exit code says what there is to say.
  child.stdin.on('error', () => undefined);
  child.stdin.end(address);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  try {
    const exitCode = await ended;
    return { exitCode, output: Buffer.concat(pieces).toString('utf8') };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw helperFailed(program, address, 'it cannot be run', error);
  }
}

/** The header `X-Registry-Auth` (Engine API v1.40 to v1.51: base64url of a JSON object). */
export const toAuthHeader = (registry: string, credentials: Credentials): string =>
  encode(toAuthJson(registry, credentials));

/** The header `X-Registry-Config` of a classic build: such an object for each registry. */
export function toAuthConfigHeader(found: ReadonlyMap<string, Credentials>): string {
  const entries = [...found].map(([registry, kept]) => [addressOf(registry), toAuthJson(registry, kept)] as const);
  return encode(Object.fromEntries(entries));
}

/** URL-safe and padded: without the padding 20.10 drops X-Registry-Config in silence. Node's own base64url has none. */
const encode = (json: object): string =>
  Buffer.from(JSON.stringify(json)).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

const toAuthJson = (registry: string, { username, password, identityToken }: Credentials): object => ({
  ...(identityToken === null ? { username, password } : { identitytoken: identityToken }),
  serveraddress: addressOf(registry),
});
