import { codeFor, examples, type Register } from '../command.js';

export const registerStart: Register = (program, run) => {
  program
    .command('start [SERVICE...]')
    .description('start stopped containers; creates none')
    .addHelpText('after', examples('tsfig start', 'tsfig start web'))
    .action(async (services: string[]) => {
      await run(async ({ world, control, report, project, parallel }) => {
        const { start } = await import('../../actions/start.js');
        const result = await start(world, { ...project, services, parallel }, control);
        return result.ok ? codeFor(result.value.outcomes) : report(result.problems);
      });
    });
};
