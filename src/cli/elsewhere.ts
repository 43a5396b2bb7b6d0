import { joinLines, safe, sanitize, type SafeText } from '../lib/safe-text.js';

/** What people who know docker compose try and tsfig does not have, by its name there, and what does it here. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['create', 'tsfig up creates and starts; tsfig plan shows what it would create'],
  ['cp', 'docker cp copies files to and from a container'],
  ['exec', 'docker exec runs a command in a container; tsfig run SERVICE COMMAND does so in a new one'],
  ['attach', 'docker attach does it; tsfig logs -f SERVICE shows the output'],
  ['top', 'docker top shows the processes of a container'],
  ['port', 'tsfig ps shows the ports'],
  ['scale', 'tsfig up --scale SERVICE=NUMBER says how many run'],
  ['wait', 'tsfig ready waits until services are running and healthy'],
  ['ls', 'docker ps lists the containers of all projects'],
  ['images', 'tsfig config shows the images of the file'],
  ['--wait', 'up waits for what is needed by itself; tsfig ready waits for all'],
  ...['events', 'pause', 'unpause', 'push', 'watch', 'export', 'commit', 'stats', 'volumes', 'publish'].map(
    (name) => [name, 'docker compose has it, tsfig has not'] as const,
  ),
]);

/** What commander says: in one line the words of the user, and in another, perhaps, what it suggests. */
const MESSAGE = /^(?<what>.*?)(?<guess>\n\(Did you mean [^\n]*\?\))?\n*$/s;

/** Commander's message about an unknown word, with what to do instead where a similar word would be the wrong guess. */
export function withAdvice(message: string): SafeText {
  const { what = '', guess = '' } = MESSAGE.exec(message)?.groups ?? {};
  const word = /^error: unknown (?:command|option) '([^']+)'/.exec(what)?.[1] ?? '';
  const advice = INSTEAD.get(word);
  const second = advice === undefined ? sanitize(guess.trim()) : safe`(${advice})`;
  return joinLines([sanitize(what), ...(second === '' ? [] : [second]), safe``]);
}
