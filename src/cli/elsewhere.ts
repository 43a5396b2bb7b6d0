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

/** Commander's message about an unknown word, with what to do instead where a similar word would be the wrong guess. */
export function withAdvice(message: string): string {
  const [first, word = ''] = /^error: unknown (?:command|option) '([^']+)'/.exec(message) ?? [];
  const advice = INSTEAD.get(word);
  return first === undefined || advice === undefined ? message : `${first}\n(${advice})\n`;
}
