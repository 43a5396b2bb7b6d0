import type { Milliseconds } from '../../lib/units.js';
import { codeFor, examples, reportMissing, type Register } from '../command.js';
import { readSeconds } from '../values.js';

interface Flags {
  readonly timeout?: Milliseconds;
}

export const registerStop: Register = (program, run) => {
  program
    .command('stop [SERVICE...]')
    .description('stop running containers, those that need others first')
    .option('-t, --timeout <seconds>', 'how long a container may take to stop', readSeconds)
    .addHelpText('after', examples('tsfig stop', 'tsfig stop -t 2 web', 'tsfig stop web@2'))
    .action(async (services: string[], { timeout }: Flags) => {
      await run(async (context) => {
        const { world, control, report, project, parallel } = context;
        const { stop } = await import('../../actions/stop.js');
        const result = await stop(world, { ...project, services, grace: timeout ?? null, parallel }, control);
        if (!result.ok) return report(result.problems);
        reportMissing(context, 'stop', result.value);
        return codeFor(result.value.outcomes);
      });
    });
};
