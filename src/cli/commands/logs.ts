import { safe } from '../../lib/safe-text.js';
import { examples, type Register } from '../command.js';
import { EXIT_OK } from '../exit-codes.js';
import { readMoment, readTail } from '../values.js';

interface Flags {
  readonly follow?: boolean;
  readonly tail: number | null;
  readonly timestamps?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly color: boolean;
  readonly logPrefix: boolean;
}

export const registerLogs: Register = (program, run) => {
  program
    .command('logs [SERVICE...]')
    .description('print what the containers have written')
    .option('-f, --follow', 'go on until they have all ended')
    .option('-n, --tail <number>', 'only the last lines of each container', readTail, null)
    .option('-t, --timestamps', "the engine's own time before every line")
    .option('--since <moment>', 'from this moment on: 10m ago, or a date', readMoment)
    .option('--until <moment>', 'up to this moment: 10m ago, or a date', readMoment)
    .option('--no-color', 'no colours before the lines')
    .option('--no-log-prefix', 'no container names before the lines')
    .addHelpText('after', examples('tsfig logs -f web', 'tsfig logs --tail 20 --since 10m', 'tsfig logs -f web@2'))
    .action(async (services: string[], flags: Flags) => {
      await run(
        async ({ world, control, report, project, output }) => {
          const { logs } = await import('../../actions/logs.js');
          const { follow = false, tail, timestamps = false, since = null, until = null } = flags;
          const result = await logs(world, { ...project, services, follow, tail, timestamps, since, until }, control);
          if (!result.ok) return report(result.problems);
          if (result.value.length === 0) output.note(safe`No containers to show the logs of`);
          return EXIT_OK;
        },
        { noColor: !flags.color, noPrefix: !flags.logPrefix },
      );
    });
};
