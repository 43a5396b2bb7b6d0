import { codeFor, examples, reportMissing, type Register } from '../command.js';
import { EXIT_FAILED } from '../exit-codes.js';

export const registerStart: Register = (program, run) => {
  program
    .command('start [SERVICE...]')
    .description('start stopped containers; creates none')
    .addHelpText('after', examples('tsfig start', 'tsfig start web', 'tsfig start web@2'))
    .action(async (services: string[]) => {
      await run(async (context) => {
        const { world, control, report, project, parallel } = context;
        const { start } = await import('../../actions/start.js');
        const result = await start(world, { ...project, services, parallel }, control);
        if (!result.ok) return report(result.problems);
        return reportMissing(context, 'start', result.value) ? EXIT_FAILED : codeFor(result.value.outcomes);
      });
    });
};
