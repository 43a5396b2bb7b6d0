import type { Milliseconds } from '../../lib/units.js';
import { codeFor, examples, type Register } from '../command.js';
import { readSeconds } from '../values.js';

interface Flags {
  readonly timeout?: Milliseconds;
}

export const registerStop: Register = (program, run) => {
  program
    .command('stop [SERVICE...]')
    .description('stop running containers, those that need others first')
    .option('-t, --timeout <seconds>', 'how long a container may take to stop', readSeconds)
    .addHelpText('after', examples('tsfig stop', 'tsfig stop -t 2 web'))
    .action(async (services: string[], { timeout }: Flags) => {
      await run(async ({ world, control, report, project, parallel }) => {
        const { stop } = await import('../../actions/stop.js');
        const result = await stop(world, { ...project, services, grace: timeout ?? null, parallel }, control);
        return result.ok ? codeFor(result.value.outcomes) : report(result.problems);
      });
    });
};
