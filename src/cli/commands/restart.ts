import type { Milliseconds } from '../../lib/units.js';
import { codeFor, examples, reportMissing, type Register } from '../command.js';
import { readSeconds } from '../values.js';

interface Flags {
  readonly timeout?: Milliseconds;
}

export const registerRestart: Register = (program, run) => {
  program
    .command('restart [SERVICE...]')
    .description('restart containers')
    .option('-t, --timeout <seconds>', 'how long a container may take to stop', readSeconds)
    .addHelpText('after', examples('tsfig restart', 'tsfig restart -t 2 web', 'tsfig restart web@2'))
    .action(async (services: string[], { timeout }: Flags) => {
      await run(async (context) => {
        const { world, control, report, project, parallel } = context;
        const { restart } = await import('../../actions/restart.js');
        const result = await restart(world, { ...project, services, grace: timeout ?? null, parallel }, control);
        if (!result.ok) return report(result.problems);
        reportMissing(context, 'restart', result.value);
        return codeFor(result.value.outcomes);
      });
    });
};
