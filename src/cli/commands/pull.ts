import { codeFor, examples, type Register } from '../command.js';

interface Flags {
  readonly includeDeps?: boolean;
}

export const registerPull: Register = (program, run) => {
  program
    .command('pull [SERVICE...]')
    .description('fetch the images of services')
    .option('--include-deps', 'also fetch those of the services that they need')
    .addHelpText('after', examples('tsfig pull', 'tsfig pull --include-deps web'))
    .action(async (services: string[], { includeDeps = false }: Flags) => {
      await run(async ({ world, control, report, project, parallel }) => {
        const { pull } = await import('../../actions/pull.js');
        const result = await pull(world, { ...project, services, includeDeps, parallel }, control);
        return result.ok ? codeFor(result.value) : report(result.problems);
      });
    });
};
