import { pause } from '../lib/deadline.js';
import type { Clock } from './host.js';

export const realClock: Clock = { now: () => Date.now(), pause };
