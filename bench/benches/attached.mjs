import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run as runCommand } from '../lib/children.mjs';
import { nodeCommand } from '../lib/session.mjs';

export const name = 'attached';
export const about = 'tsfig up in the foreground: 100 containers that write 1,000 lines a second each, for 10 seconds';
/** What each figure of bench/attached.mjs may be at most. */
export const targets = { lost: 0, outOfOrder: 0, peakMB: 120 };

const ATTACHED = fileURLToPath(new URL('../attached.mjs', import.meta.url));

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  await session.with(async (project) => {
    const json = path.join(project.directory, 'attached.json');
    const command = nodeCommand(ATTACHED, '--json', json, '--project', project.name);
    // Its own directory goes with that of the project, whatever happens to it.
    const failure = await runCommand({ ...command, env: { TMPDIR: project.directory } }).catch((error) => error);
    const text = await readFile(json, 'utf8').catch(() => null);
    // It fails when lines are lost, too; then there are figures, and they tell.
    if (text === null) throw failure;
    const facts = Object.entries(JSON.parse(text)).map(([name, value]) => ({
      name,
      value,
      ...(targets[name] !== undefined && { most: targets[name] }),
    }));
    session.facts('tsfig up, attached to all', facts);
  });
}
