import { TsfigError } from '../model/errors.js';
import type { Secret } from '../model/secret.js';

/** Does the work; an engine that refuses it may quote what it was given, and what is secret of that is `…` in the error. */
export async function hidingSecrets<T>(secrets: readonly Secret[], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof TsfigError ? withoutSecrets(error, secrets) : error;
  }
}

function withoutSecrets(error: TsfigError, secrets: readonly Secret[]): TsfigError {
  const hide = (text: string): string => secrets.reduce((rest, secret) => secret.hideIn(rest), text);
  const message = hide(error.message);
  const hint = error.hint === undefined ? undefined : hide(error.hint);
  // The cause would say it after all.
  return message === error.message && hint === error.hint ? error : new TsfigError(error.code, message, { hint });
}
