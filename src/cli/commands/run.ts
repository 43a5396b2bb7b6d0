import { InvalidArgumentError } from 'commander';
import { split } from 'shlex';
import type { RunRequest } from '../../actions/run.js';
import type { Milliseconds } from '../../lib/units.js';
import { allDone } from '../../model/plan.js';
import { examples, type Context, type Register } from '../command.js';
import { EXIT_OK, EXIT_RUN_FAILED } from '../exit-codes.js';
import { collect, readSeconds } from '../values.js';
import { WAIT_LIMIT } from './up.js';

interface Flags {
  readonly detach?: boolean;
  readonly rm?: boolean;
  readonly env?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  readonly label?: readonly string[];
  readonly name?: string;
  readonly servicePorts?: boolean;
  readonly deps: boolean;
  readonly wait: boolean;
  readonly waitTimeout: Milliseconds;
  /** False with -T. */
  readonly tty: boolean;
  readonly build: boolean;
}

export const registerRun: Register = (program, run) => {
  program
    .command('run')
    .argument('<SERVICE>')
    .argument('[COMMAND...]', "default: the service's own command")
    .description('run one command in a new container of a service')
    .passThroughOptions()
    .option('-d, --detach', 'leave it running in the background and print its name')
    .option('--rm', 'remove the container when it has ended')
    .option('-e, --env <key=value>', 'a variable; KEY alone takes the value it has here', collect)
    .option('--entrypoint <command>', "instead of the image's entrypoint", readWords)
    .option('-u, --user <user>', 'user or uid to run as')
    .option('-w, --workdir <path>', 'directory to run in')
    .option('-l, --label <key=value>', 'a label for the container', collect)
    .option('--name <name>', "the container's name")
    .option('--service-ports', "publish the service's ports")
    .option('--no-deps', 'do not start what the service needs')
    .option('--no-wait', 'start what it needs, but do not wait for health checks')
    .option('--wait-timeout <seconds>', 'how long a service may take to be ready', readSeconds, WAIT_LIMIT)
    .option('-T, --no-tty', 'no terminal, even when there is one here')
    .option('--no-build', 'fail rather than build a missing image')
    .addHelpText(
      'after',
      examples('tsfig run web sh', 'tsfig run --rm -e DEBUG=1 web npm test', 'cat dump.sql | tsfig run -T db psql'),
    )
    .action(async (service: string, command: string[], flags: Flags) => {
      await run((context) => runOne(context, service, { command, flags }), { inRun: true });
    });
};

async function runOne(
  context: Context,
  service: string,
  { command, flags }: { readonly command: readonly string[]; readonly flags: Flags },
): Promise<number> {
  const { run } = await import('../../actions/run.js');
  const { openTerminal } = await import('../terminal.js');
  const tty = flags.tty && !flags.detach && process.stdin.isTTY && process.stdout.isTTY;
  const terminal = openTerminal(context.output, tty);
  try {
    const request: RunRequest = {
      ...context.project,
      ...requestOf(flags),
      ...{ service, terminal, parallel: context.parallel },
      wish: { ...wishOf(context, flags), command: command.length > 0 ? command : null, tty },
    };
    const result = await run(context.world, request, context.control);
    if (!result.ok) return context.report(result.problems);
    const { container, outcomes, exitCode } = result.value;
    if (!allDone(outcomes)) {
      context.control.signal.throwIfAborted(); // nothing failed, and there is no code of the command's own
      return EXIT_RUN_FAILED;
    }
    if (flags.detach) await context.output.result(container);
    return exitCode ?? EXIT_OK;
  } finally {
    terminal.close();
  }
}

const requestOf = (flags: Flags) =>
  ({
    name: flags.name ?? null,
    noDeps: !flags.deps,
    detach: flags.detach ?? false,
    remove: flags.rm ?? false,
    build: flags.build ? 'missing' : 'never',
    waitLimit: flags.wait ? flags.waitTimeout : null,
  }) as const;

const wishOf = ({ world }: Context, flags: Flags) => ({
  entrypoint: flags.entrypoint ?? null,
  environment: pairs(flags.env ?? [], (key) => world.environment[key]),
  labels: pairs(flags.label ?? [], () => ''),
  user: flags.user ?? null,
  workingDir: flags.workdir ?? null,
  servicePorts: flags.servicePorts ?? false,
  ports: [],
  stdin: !flags.detach,
});

function readWords(text: string): string[] {
  try {
    return split(text);
  } catch {
    throw new InvalidArgumentError('it has a quote that is not closed, or ends in a backslash.');
  }
}

/** `KEY=value`; a bare key takes what `bare` has for it, and is left out where that is nothing. */
function pairs(entries: readonly string[], bare: (key: string) => string | undefined): Record<string, string> {
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const cut = entry.indexOf('=');
      const value = cut === -1 ? bare(entry) : entry.slice(cut + 1);
      return value === undefined ? [] : [[cut === -1 ? entry : entry.slice(0, cut), value]];
    }),
  );
}
