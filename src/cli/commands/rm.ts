import { safe } from '../../lib/safe-text.js';
import { codeFor, examples, type Context, type Register } from '../command.js';

interface Flags {
  readonly force?: boolean;
  readonly stop?: boolean;
  readonly volumes?: boolean;
}

export const registerRm: Register = (program, run) => {
  program
    .command('rm [SERVICE...]')
    .description('remove stopped containers, and one-offs that have ended')
    .option('-f, --force', 'do not ask')
    .option('-s, --stop', 'stop those that run first')
    .option('-v, --volumes', 'their anonymous volumes, too')
    .addHelpText('after', examples('tsfig rm', 'tsfig rm -fsv web', 'tsfig rm -fs web@2'))
    .action(async (services: string[], { force = false, stop = false, volumes = false }: Flags) => {
      await run(async (context) => {
        const { remove } = await import('../../actions/remove.js');
        const { world, control, report, project, parallel, output } = context;
        const confirm = (containers: readonly string[]): Promise<boolean> => askToRemove(context, containers, force);
        const result = await remove(world, { ...project, services, stop, volumes, parallel, confirm }, control);
        if (!result.ok) return report(result.problems);
        if (result.value.containers.length === 0) output.note(safe`No stopped containers`);
        return codeFor(result.value.outcomes);
      });
    });
};

async function askToRemove(
  { output, control }: Context,
  containers: readonly string[],
  force: boolean,
): Promise<boolean> {
  output.note(safe`Going to remove ${containers.join(', ')}`);
  if (force) return true;
  const { askYesOrNo } = await import('../ask.js');
  output.flush();
  return askYesOrNo('Are you sure? [yN] ', control.signal);
}
