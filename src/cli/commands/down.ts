import { Option } from 'commander';
import type { Milliseconds } from '../../lib/units.js';
import { codeFor, examples, type Register } from '../command.js';
import { readSeconds } from '../values.js';

interface Flags {
  readonly volumes?: boolean;
  readonly removeOrphans?: boolean;
  readonly rmi?: 'local' | 'all';
  readonly timeout?: Milliseconds;
}

export const registerDown: Register = (program, run) => {
  program
    .command('down')
    .description('stop and remove containers, one-offs included, and the network')
    .option('-v, --volumes', 'also remove named and anonymous volumes')
    .option('--remove-orphans', 'also remove containers of services that are no longer in the file')
    .addOption(new Option('--rmi <which>', 'also remove images: those built here, or all').choices(['local', 'all']))
    .option('-t, --timeout <seconds>', 'how long a container may take to stop', readSeconds)
    .addHelpText('after', examples('tsfig down', 'tsfig down -v --rmi local'))
    .action(async (flags: Flags) => {
      await run(async ({ world, control, report, project, parallel }) => {
        const { down } = await import('../../actions/down.js');
        const { volumes = false, removeOrphans = false, rmi = 'keep' as const, timeout = null } = flags;
        const wish = { volumes, removeOrphans, images: rmi, grace: timeout };
        const result = await down(world, { ...project, ...wish, parallel }, control);
        return result.ok ? codeFor(result.value) : report(result.problems);
      });
    });
};
