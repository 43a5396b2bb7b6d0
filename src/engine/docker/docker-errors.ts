import { TsfigError, type ErrorCode } from '../../model/errors.js';

/** What was being done, for those who are told that it cannot be. */
export interface Doing {
  /** Reads after "cannot", such as `create shop_web_1`. */
  readonly doing: string;
  /** What a 404 means that says something is missing, but not what. */
  readonly missing: ErrorCode;
  /** True while nothing has been heard of the engine yet. */
  readonly isConnecting?: boolean;
}

export const doing = (what: string, missing: ErrorCode = 'container-not-found'): Doing => ({ doing: what, missing });

/** An answer that refuses, with the body that it came with. */
export class Refusal extends Error {
  readonly statusCode: number;
  readonly json: unknown;

  constructor(statusCode: number, body: string) {
    super(body.trim() === '' || isRedirect(statusCode) ? `HTTP code ${statusCode}` : body);
    this.statusCode = statusCode;
    try {
      this.json = JSON.parse(body);
    } catch {
      this.json = null; // a page in front of the engine, or nothing
    }
  }
}

/** No engine sends anybody elsewhere; what the page says is for people with a browser. */
const isRedirect = (statusCode: number): boolean => statusCode >= 300 && statusCode < 400;

/** What a `Refusal` and the client library's failures have; of the latter nothing is promised. */
interface DockerFailure {
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly json?: unknown;
  readonly message?: unknown;
}

/**
 * What only the text of a refusal tells. The texts are those of Engine 20.10.24 and 28.5, and of Podman 4 where it has
 * its own; first match wins.
 */
const BY_TEXT: readonly (readonly [RegExp, ErrorCode])[] = [
  // 20.10: "Bind for 0.0.0.0:80 failed: port is already allocated", or, when another program has it,
  // "Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use"; 28: "failed to bind host port".
  [
    /port is already allocated|bind: address already in use|failed to bind host port|ports are not available/i,
    'port-taken',
  ],
  // 20.10: 403 "failed to allocate gateway (172.24.0.1): Address already in use", when somebody else is just making a network
  // with the very same subnet.
  [/pool overlaps with other one|subnet .* is already used|failed to allocate gateway/i, 'subnet-taken'],
  // 20.10 and 28: 403 "Address already in use", from the address pool of the network.
  [/address already in use|requested ip address .* is already allocated/i, 'address-taken'],
  // 20.10: exec: "nosuch": executable file not found in $PATH; exec: "/nosuch": stat /nosuch: no such file or directory
  [/exec:? .*(executable file not found|no such file or directory)/is, 'command-not-found'],
  [/exec:? .*(permission denied|is a directory)/is, 'command-not-executable'],
  // 20.10 and 28: 500 "configured logging driver does not support reading", with `none` and some remote drivers.
  [/logging driver does not support reading/i, 'log-unreadable'],
  // 20.10: 404 "sandbox 789999b80f7d… not found", at the renaming of a container whose restart policy is just about to start it again.
  [/sandbox \S+ not found/i, 'container-restarting'],
  [/has active endpoints|network is being used|has associated containers/i, 'network-in-use'],
  [/name "?\S+"? is already in use|network with name \S+ already exists|network name .* already used/i, 'name-taken'],
  // 20.10: 400 "client version 1.50 is too new. Maximum supported API version is 1.41"
  [/client version \S+ is too (new|old)/i, 'engine-too-old'],
];

const MISSING_IMAGE = /no such image|image not known|manifest (for .* )?(not found|unknown)|pull access denied/i;
/** Does the engine say that a registry (or the engine) has no such image? */
export const isMissingImage = (text: string): boolean => MISSING_IMAGE.test(text);

const MISSING_NETWORK = /network \S+ not found|no such network|unable to find network/i;
const MISSING_CONTAINER = /no such container/i;
/** Of things that have no words of their own, such as "get shop_data: no such volume". */
const MISSING_SOMETHING = /no such|not found|not known|unable to find|does not exist/i;
/** What Docker answers where it has nothing at all to do with the path, an older or a newer one than ours. */
const NO_SUCH_PATH = /page not found/i;

const HINTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  'port-taken': 'stop what listens there, or publish another port',
  'engine-unreachable':
    'is the engine running, and may you use its socket? DOCKER_HOST names another one, such as unix:///var/run/docker.sock',
};

/**
 * A failure of a request as a `TsfigError`; what is not the engine's doing comes back as it is, as a bug of ours. `hint`
 * is what is known to help, where that is more than the code tells.
 */
export function fromDocker(error: unknown, { doing: what, missing, isConnecting }: Doing, hint?: string): unknown {
  if (!(error instanceof Error) || error instanceof TsfigError) return error;
  const failure = error as DockerFailure;
  if (typeof failure.statusCode === 'number') {
    const text = refusalText(failure);
    const code = codeOf(failure.statusCode, text, missing);
    return new TsfigError(code, `cannot ${what}: ${text}`, { hint: hint ?? HINTS[code], cause: error });
  }
  if (!isConnectionFailure(failure)) return error;
  const message = `cannot ${isConnecting ? what : `reach the Docker engine to ${what}`}: ${error.message}`;
  return new TsfigError('engine-unreachable', message, { hint: hint ?? HINTS['engine-unreachable'], cause: error });
}

/** The code of an engine's refusal: by its text where only that tells, else by its status. */
export function codeOf(status: number, text: string, missing: ErrorCode): ErrorCode {
  const byText = BY_TEXT.find(([pattern]) => pattern.test(text));
  if (byText) return byText[1];
  if (status === 404) return missingCode(text, missing);
  return status === 409 ? 'engine-conflict' : 'engine-refused';
}

function missingCode(text: string, missing: ErrorCode): ErrorCode {
  if (MISSING_IMAGE.test(text)) return 'image-not-found';
  if (MISSING_CONTAINER.test(text)) return 'container-not-found';
  // 20.10 answers 404 "network x not found" to the start of a container whose network is gone.
  if (MISSING_NETWORK.test(text)) return 'not-found';
  // What does not say that something is missing does not tell that what was to be removed is gone.
  return MISSING_SOMETHING.test(text) && !NO_SUCH_PATH.test(text) ? missing : 'engine-refused';
}

/** The engine's own sentence, else whatever it answered. */
function refusalText({ json, message }: DockerFailure): string {
  const own = typeof json === 'object' && json !== null ? (json as { message?: unknown }).message : undefined;
  return (typeof own === 'string' ? own : String(message)).trim();
}

function isConnectionFailure({ code }: DockerFailure): boolean {
  if (typeof code !== 'string') return false;
  // Node's own ERR_ codes are mostly about wrong arguments: ours. These are about the connection.
  return !code.startsWith('ERR_') || /^ERR_(TLS|SSL|STREAM_PREMATURE_CLOSE|SOCKET)/.test(code);
}
