import type { Failure } from '../model/errors.js';

/** A failed step in docker-compose's words: `ERROR: for shop_db_1  cannot create shop_db_1: …`, then the hint. */
export function failureToText(subject: string, { message, hint }: Failure): string {
  return `ERROR: for ${subject}  ${message}${hint === null ? '' : `\n  hint: ${hint}`}`;
}
