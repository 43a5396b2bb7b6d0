import { Option } from 'commander';
import type { UpResult } from '../../actions/up.js';
import type { Milliseconds } from '../../lib/units.js';
import { codeFor, examples, type Register } from '../command.js';
import { EXIT_FAILED } from '../exit-codes.js';
import { readScale, readSeconds, waitTimeout } from '../values.js';

interface Flags {
  readonly detach?: boolean;
  readonly wait: boolean;
  readonly waitTimeout: Milliseconds;
  readonly deps: boolean;
  readonly recreate: boolean;
  readonly forceRecreate?: boolean;
  /** False with `--no-build`, true with `--build`. */
  readonly build?: boolean;
  readonly color: boolean;
  readonly logPrefix: boolean;
  readonly timeout?: Milliseconds;
  readonly adopt?: boolean;
  readonly abortOnContainerExit?: boolean;
  readonly exitCodeFrom?: string;
  readonly removeOrphans?: boolean;
  readonly scale?: Readonly<Record<string, number>>;
}

export const registerUp: Register = (program, run) => {
  program
    .command('up [SERVICE...]')
    .description('create and start what the project lacks, and follow its logs')
    .option('-d, --detach', 'leave it running in the background')
    .option('--no-wait', 'start in order, but do not wait for health checks')
    .addOption(waitTimeout('how long a service may take to be ready'))
    .option('--no-deps', 'only the services named, not what they need')
    .addOption(
      new Option('--force-recreate', 'recreate containers even if they have not changed').conflicts('recreate'),
    )
    .option('--no-recreate', 'leave containers as they are, even when they differ')
    .addOption(new Option('--build', 'rebuild images even if they exist').default(undefined))
    .option('--no-build', 'fail rather than build a missing image')
    .option('--no-color', 'no colors before log lines')
    .option('--no-log-prefix', 'no container names before log lines')
    .option('-t, --timeout <seconds>', 'how long a container may take to stop', readSeconds)
    .addOption(
      new Option('--adopt', 'also stop containers of these services that are already running').conflicts('detach'),
    )
    .addOption(
      new Option('--abort-on-container-exit', 'stop everything as soon as one container ends').conflicts('detach'),
    )
    .addOption(
      new Option('--exit-code-from <service>', 'the same, and exit with the code of this service').conflicts('detach'),
    )
    .option('--remove-orphans', 'remove containers of services that are no longer in the file')
    .option('--scale <service=number>', 'how many containers a service has', readScale)
    .addHelpText(
      'after',
      examples(
        'tsfig up',
        'tsfig up -d web',
        'tsfig up web@2                only the second container of web',
        'tsfig up --exit-code-from tests',
      ),
    )
    .action(async (services: string[], flags: Flags) => {
      const noColor = !flags.color;
      await run(
        async ({ world, control, report, project, parallel }) => {
          const { up } = await import('../../actions/up.js');
          const result = await up(world, { ...project, ...requestOf(services, flags), parallel }, control);
          if (!result.ok) return report(result.problems);
          return codeOf(result.value);
        },
        { noColor, noPrefix: !flags.logPrefix },
      );
    });
};

function codeOf({ outcomes, exits, exitCode }: UpResult): number {
  const failed = codeFor(outcomes);
  if (failed !== 0) return failed;
  if (exitCode !== null) return exitCode;
  // Of one that was started again, its last end counts.
  const last = new Map(exits.map((exit) => [exit.container, exit.exitCode]));
  return [...last.values()].every((code) => code === 0) ? 0 : EXIT_FAILED;
}

const requestOf = (services: readonly string[], flags: Flags) =>
  ({
    services,
    detach: flags.detach ?? false,
    noDeps: !flags.deps,
    recreate: flags.forceRecreate ? 'always' : flags.recreate ? 'changed' : 'never',
    build: flags.build === undefined ? 'missing' : flags.build ? 'always' : 'never',
    waitLimit: flags.wait ? flags.waitTimeout : null,
    removeOrphans: flags.removeOrphans ?? false,
    scale: flags.scale ?? {},
    grace: flags.timeout ?? null,
    adopt: flags.adopt ?? false,
    abortOnExit: flags.abortOnContainerExit ?? false,
    exitCodeFrom: flags.exitCodeFrom ?? null,
  }) as const;
