import { joinLines } from '../../lib/safe-text.js';
import type { Milliseconds } from '../../lib/units.js';
import { examples, type Register } from '../command.js';
import { EXIT_FAILED, EXIT_OK } from '../exit-codes.js';
import { waitTimeout } from '../values.js';

interface Flags {
  readonly waitTimeout: Milliseconds;
}

export const registerReady: Register = (program, run) => {
  program
    .command('ready [SERVICE...]')
    .description('wait until services are ready: running, and healthy where they have a health check')
    .addOption(waitTimeout('how long to wait; 0 looks once'))
    .addHelpText('after', examples('tsfig ready db', 'tsfig ready --wait-timeout 0 web@2'))
    .action(async (services: string[], { waitTimeout }: Flags) => {
      await run(async ({ world, control, report, project, output }) => {
        const { ready } = await import('../../actions/ready.js');
        const result = await ready(world, { ...project, services, waitLimit: waitTimeout }, control);
        if (!result.ok) return report(result.problems);
        if (result.value.length === 0) return EXIT_OK;
        const { unreadyToText } = await import('../../render/ready.js');
        output.note(joinLines(result.value.map(unreadyToText)));
        return EXIT_FAILED;
      });
    });
};
