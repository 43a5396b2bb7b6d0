import { codeFor, examples, type Register } from '../command.js';

export const registerPull: Register = (program, run) => {
  program
    .command('pull [SERVICE...]')
    .description('fetch the images of services and of what they need')
    .addHelpText('after', examples('tsfig pull', 'tsfig pull web'))
    .action(async (services: string[]) => {
      await run(async ({ world, control, report, project, parallel }) => {
        const { pull } = await import('../../actions/pull.js');
        const result = await pull(world, { ...project, services, parallel }, control);
        return result.ok ? codeFor(result.value) : report(result.problems);
      });
    });
};
