/** Everything that can go wrong in the world, by name. Codes are public, stable and never reused. */
export type ErrorCode =
  | 'address-taken'
  | 'bad-project-file'
  | 'bad-usage'
  | 'build-failed'
  | 'command-not-executable'
  | 'command-not-found'
  | 'container-exited'
  | 'container-not-found'
  | 'container-restarting'
  | 'container-unhealthy'
  | 'deadline-passed'
  | 'engine-conflict'
  | 'engine-refused'
  | 'engine-too-old'
  | 'engine-unreachable'
  | 'file-unwritable'
  | 'image-not-found'
  | 'interrupted'
  | 'lock-busy'
  | 'lock-timeout'
  | 'lock-unavailable'
  | 'log-unreadable'
  | 'name-taken'
  | 'network-in-use'
  | 'not-found'
  | 'port-taken'
  | 'project-file-missing'
  | 'project-file-unreadable'
  | 'project-elsewhere'
  | 'pull-failed'
  | 'subnet-taken';

interface TsfigErrorOptions {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The only error users are meant to see. Anything else that is thrown is a bug of ours. */
export class TsfigError extends Error {
  readonly code: ErrorCode;
  /** An imperative sentence, or undefined when there is no advice to give. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, { hint, cause }: TsfigErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TsfigError';
    this.code = code;
    this.hint = hint;
  }
}

export const hasCode = (error: unknown, ...codes: readonly ErrorCode[]): error is TsfigError =>
  error instanceof TsfigError && codes.includes(error.code);

/** A failure as plain JSON, for outcomes and events. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

/** A failure's plain form; rethrows what is a bug of ours, so that it is shown with its stack. */
export function describeFailure(error: unknown): Failure {
  if (!(error instanceof TsfigError)) throw error;
  return { code: error.code, message: error.message, hint: error.hint ?? null };
}
