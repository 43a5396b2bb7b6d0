import { fileURLToPath } from 'node:url';
import { ask } from '../lib/ask.mjs';
import { run as runCommand, timeOf } from '../lib/children.mjs';
import { PROJECT_LABEL } from '../lib/clean-up.mjs';
import { nodeCommand } from '../lib/session.mjs';

export const name = 'once';
export const about =
  'a job `true` from start to exit; what an earlier run has left is removed by each but `docker run`';
export const targets = { 'tsfig run --once': { ratio: 1.35 } };

const BARE_ONCE = fileURLToPath(new URL('../bare-once.mjs', import.meta.url));

/** @param {import('../lib/session.mjs').Session} session */
export async function run(session) {
  await session.with(async (project) => {
    project.write('fig.yml', 'job: { image: busybox, command: "true" }');
    await session.with(async ({ name: bare }) => {
      const Labels = { [PROJECT_LABEL]: bare };
      await ask('POST', '/networks/create', { body: { Name: `${bare}_default`, Labels } });
      const commands = {
        'the same calls by a bare Node script': nodeCommand(BARE_ONCE, bare, `${bare}_job_once`),
        'tsfig run --once': project.tsfig('run', '--once', 'job'),
        'docker run --rm': {
          program: 'docker',
          args: ['run', '--rm', '--label', `${PROJECT_LABEL}=${bare}`, 'busybox', 'true'],
        },
      };
      const [reference, own] = Object.keys(commands);
      // The first run fetches the image if need be, makes the network, and leaves what the ones to come remove.
      for (const first of [own, reference]) await runCommand(commands[first]);
      const ways = Object.entries(commands).map(([name, command]) => ({ name, time: () => timeOf(command) }));
      await session.compare('a job `true` with nothing else to do', ways, {
        rounds: session.rounds(15, 5),
        references: [reference],
        targets,
      });
    });
  });
}
