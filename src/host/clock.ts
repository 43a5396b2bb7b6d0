import { ms } from '../lib/units.js';
import type { Clock } from './host.js';

export const realClock: Clock = { now: () => Date.now(), tick: () => ms(performance.now()) };
