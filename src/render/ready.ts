import { safe, type SafeText } from '../lib/safe-text.js';
import type { Unready } from '../model/observed.js';

/** `shop_db_1 is not there`, `shop_db_1 is exited`, `shop_db_1 is starting`. */
export function unreadyToText({ container, state, health }: Unready): SafeText {
  if (state === 'missing') return safe`${container} is not there`;
  return safe`${container} is ${state === 'running' ? health : state}`;
}
