import { joinLines, safe, type SafeText } from '../lib/safe-text.js';
import type { Failure } from '../model/errors.js';
import { hintLines, messageLines } from './error.js';

/** A failed step in docker-compose's words: `ERROR: for shop_db_1  cannot create shop_db_1: …`, then the hint. */
export function failureToText(subject: string, { message, hint }: Failure): SafeText {
  const [first, ...rest] = messageLines(message);
  return joinLines([safe`ERROR: for ${subject}  ${first}`, ...rest, ...hintLines(hint)]);
}
