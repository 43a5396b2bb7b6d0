import type { Milliseconds } from '../../lib/units.js';
import { codeFor, examples, type Register } from '../command.js';
import { readSeconds } from '../values.js';

interface Flags {
  readonly timeout?: Milliseconds;
}

export const registerRestart: Register = (program, run) => {
  program
    .command('restart [SERVICE...]')
    .description('restart containers')
    .option('-t, --timeout <seconds>', 'how long a container may take to stop', readSeconds)
    .addHelpText('after', examples('tsfig restart', 'tsfig restart -t 2 web'))
    .action(async (services: string[], { timeout }: Flags) => {
      await run(async ({ world, control, report, project, parallel }) => {
        const { restart } = await import('../../actions/restart.js');
        const result = await restart(world, { ...project, services, grace: timeout ?? null, parallel }, control);
        return result.ok ? codeFor(result.value.outcomes) : report(result.problems);
      });
    });
};
