import type { Unready } from '../model/observed.js';

/** `shop_db_1 is not there`, `shop_db_1 is exited`, `shop_db_1 is starting`. */
export function unreadyToText({ container, state, health }: Unready): string {
  if (state === 'missing') return `${container} is not there`;
  return `${container} is ${state === 'running' ? health : state}`;
}
