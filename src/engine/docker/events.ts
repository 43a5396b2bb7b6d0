import type { Readable } from 'node:stream';
import { LABEL } from '../../model/names.js';
import type { EngineEvent } from '../engine.js';
import { EVENT, type EventJson } from './docker-json.js';
import { doing } from './docker-errors.js';
import { openStream, readJsonLines, type Connection, type EngineClient } from './engine-client.js';

const ACTIONS: readonly string[] = [
  'create',
  'start',
  'die',
  'stop',
  'kill',
  'oom',
  'destroy',
  'rename',
  'pause',
  'unpause',
] satisfies EngineEvent['action'][];

/** The engine puts labels and facts of its own into one record; these are the facts. */
const NO_LABELS: readonly string[] = ['name', 'image', 'exitCode', 'signal', 'oldName', 'execID', 'execDuration'];

/**
 * Follows the events of a project's containers. `from` is the engine's own time (seconds since the epoch, with a
 * fraction) from which on none may be missed: the engine answers just before it subscribes (20.10 to 28: it flushes the
 * header, then calls SubscribeToEvents), and `since` gives what fell into that gap. Null: the gap is accepted.
 */
export async function followEvents(
  client: EngineClient,
  project: string,
  from: string | null,
  signal: AbortSignal,
): Promise<AsyncIterable<EngineEvent>> {
  const filters = { type: ['container'], label: [`${LABEL.project}=${project}`] };
  const query = { filters: JSON.stringify(filters), since: from };
  const connection = await openStream(
    client,
    { method: 'GET', path: '/events', query },
    doing('follow events'),
    signal,
  );
  return readEvents(connection);
}

async function* readEvents(connection: Connection<Readable>): AsyncGenerator<EngineEvent, void> {
  for await (const json of readJsonLines(connection, EVENT, keepNanoseconds)) {
    const event = toEngineEvent(json);
    if (event) yield event;
  }
}

/** Within a string of JSON the quotes would be escaped: this matches the number itself. */
const NANOSECONDS = /"timeNano":(\d+)/;

/** Its nanoseconds as text: a JavaScript number would lose the last of them. */
export const keepNanoseconds = (line: string): string => line.replace(NANOSECONDS, '"timeNano":"$1"');

/** One line of `GET /events` (Engine API v1.40 to v1.51); undefined for what tsfig does not care about, such as `exec_start: …`. */
export function toEngineEvent({ Type, Action, Actor, timeNano }: EventJson): EngineEvent | undefined {
  const [word = '', health] = (Action ?? '').split(': ');
  const action = word === 'health_status' ? 'health' : word;
  if (Type !== 'container' || (action !== 'health' && !ACTIONS.includes(word))) return undefined;
  const attributes = Object.entries(Actor?.Attributes ?? {});
  const { name = '', exitCode } = Actor?.Attributes ?? {};
  return {
    action: action as EngineEvent['action'],
    id: Actor?.ID ?? '',
    name,
    labels: Object.fromEntries(attributes.filter(([key]) => !NO_LABELS.includes(key))),
    exitCode: action === 'die' ? Number(exitCode ?? 0) : null,
    health: action === 'health' ? toHealth(health) : null,
    at: toSeconds(timeNano ?? '0'),
  };
}

const toHealth = (word: string | undefined): EngineEvent['health'] =>
  word === 'healthy' || word === 'unhealthy' ? word : 'starting';

/** `1795220507250000000` → `1795220507.250000000`. */
function toSeconds(nanoseconds: string): string {
  const digits = nanoseconds.padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
