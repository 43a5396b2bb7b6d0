import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run as runCommand } from '../lib/children.mjs';
import { nodeCommand } from '../lib/session.mjs';

export const name = 'attached';
export const about = 'a foreground up of 100 containers, each writing 1,000 lines a second for 10 s: losses and memory';
export const targets = { lost: 0, memoryMb: 120 };

const ATTACHED = fileURLToPath(new URL('../attached.mjs', import.meta.url));

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  await session.with(async (project) => {
    const file = path.join(project.directory, 'attached.json');
    const size = session.quick ? ['--containers', '20', '--seconds', '3'] : [];
    // Its directory goes with that of the project, whatever happens to it.
    const env = { TMPDIR: project.directory };
    const command = { ...nodeCommand(ATTACHED, '--json', file, '--project', project.name, ...size), env };
    // It ends with 1 when a line is lost, and has written what it saw.
    const failed = await runCommand(command).then(
      () => null,
      (error) => error,
    );
    const seen = JSON.parse(readIfThere(file) ?? 'null');
    if (seen === null) throw failed;
    session.facts(`${seen.containers} containers that write ${seen.linesEach} lines each`, [
      { name: 'lines a second', value: seen.linesASecond },
      { name: 'lines received', value: seen.received },
      { name: 'lines lost', value: seen.expected - seen.received, most: targets.lost },
      { name: 'lines out of order', value: seen.outOfOrder, most: 0 },
      { name: 'peak memory', value: seen.peakMB, unit: 'MB', most: targets.memoryMb },
      { name: 'memory half way', value: seen.halfWayMB, unit: 'MB' },
      { name: 'memory at the end', value: seen.endMB, unit: 'MB' },
    ]);
  });
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
