import { safe } from '../../lib/safe-text.js';
import { codeFor, examples, type Register } from '../command.js';

interface Flags {
  readonly cache: boolean;
  readonly pull?: boolean;
}

export const registerBuild: Register = (program, run) => {
  program
    .command('build [SERVICE...]')
    .description('build the images of services that have a build:')
    .option('--no-cache', 'do every step again')
    .option('--pull', 'fetch newer images to build from')
    .addHelpText('after', examples('tsfig build', 'tsfig build --no-cache web'))
    .action(async (services: string[], { cache, pull = false }: Flags) => {
      await run(async ({ world, control, report, project, parallel, output }) => {
        const { build } = await import('../../actions/build.js');
        const result = await build(world, { ...project, services, noCache: !cache, pullBase: pull, parallel }, control);
        if (!result.ok) return report(result.problems);
        for (const name of result.value.skipped) output.note(safe`${name} uses an image, skipping`);
        return codeFor(result.value.outcomes);
      });
    });
};
