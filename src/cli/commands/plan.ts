import { Option } from 'commander';
import { jsonText } from '../../lib/safe-text.js';
import { examples, type Register } from '../command.js';
import { EXIT_CHANGES, EXIT_OK } from '../exit-codes.js';
import { readScale, WAIT_LIMIT } from '../values.js';

interface Flags {
  readonly format: 'text' | 'json';
  readonly exitCode?: boolean;
  readonly deps: boolean;
  readonly recreate: boolean;
  readonly forceRecreate?: boolean;
  readonly removeOrphans?: boolean;
  readonly build?: boolean;
  readonly wait: boolean;
  readonly scale?: Readonly<Record<string, number>>;
}

export const registerPlan: Register = (program, run) => {
  program
    .command('plan [SERVICE...]')
    .description('print what up would do, and why, and change nothing')
    .addOption(new Option('--format <how>', 'text or json').choices(['text', 'json']).default('text'))
    .option('--exit-code', 'exit with 2 when there is something to do')
    .option('--no-deps', 'only the services named, not what they need')
    .addOption(new Option('--force-recreate', 'as with up').conflicts('recreate'))
    .option('--no-recreate', 'as with up')
    .option('--remove-orphans', 'as with up')
    .addOption(new Option('--build', 'as with up').default(undefined))
    .option('--no-wait', 'as with up')
    .option('--scale <service=number>', 'as with up', readScale)
    .addHelpText('after', examples('tsfig plan', 'tsfig plan --exit-code --format json web'))
    .action(async (services: string[], flags: Flags) => {
      await run(async ({ world, control, report, project, output }) => {
        const { plan } = await import('../../actions/plan.js');
        const result = await plan(world, { ...project, ...requestOf(services, flags) }, control);
        if (!result.ok) return report(result.problems);
        if (flags.format === 'json') {
          await output.result(jsonText(result.value, 2));
        } else {
          const { planToText } = await import('../../render/plan.js');
          await output.result(planToText(result.value));
        }
        return flags.exitCode && result.value.steps.length > 0 ? EXIT_CHANGES : EXIT_OK;
      });
    });
};

const requestOf = (services: readonly string[], flags: Flags) =>
  ({
    services,
    noDeps: !flags.deps,
    recreate: flags.forceRecreate ? 'always' : flags.recreate ? 'changed' : 'never',
    build: flags.build ? 'always' : 'missing',
    waitLimit: flags.wait ? WAIT_LIMIT : null,
    removeOrphans: flags.removeOrphans ?? false,
    scale: flags.scale ?? {},
    grace: null,
  }) as const;
