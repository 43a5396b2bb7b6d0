import type { RunRequest } from '../../actions/run.js';
import { sanitize } from '../../lib/safe-text.js';
import { allDone } from '../../model/plan.js';
import { examples, type Context, type Register } from '../command.js';
import { EXIT_OK, EXIT_RUN_FAILED } from '../exit-codes.js';
import { addRunOptions, checkFlags, isJobRun, oneOffRequest, type RunFlags, type RunGiven } from './run-flags.js';

export const registerRun: Register = (program, run) => {
  const command = program
    .command('run')
    .argument('<SERVICE>')
    .argument('[COMMAND...]', "default: the service's own command")
    .description('run one command in a new container of a service; with --once as a job of a supervisor')
    .passThroughOptions();
  addRunOptions(command)
    .addHelpText(
      'after',
      examples(
        'tsfig run web sh',
        'tsfig run --rm -e DEBUG=1 web npm test',
        'cat dump.sql | tsfig run -T db psql',
        'tsfig run --once loguploader',
        'tsfig run --every 30s --timeout 5m --quiet loguploader',
      ),
    )
    .action(async (service: string, words: string[], flags: RunFlags) => {
      const given = { service, command: words, flags };
      const work = async (context: Context): Promise<number> => {
        const checked = checkFlags(flags);
        if (!checked.ok) return context.report(checked.problems);
        if (!isJobRun(flags)) return runOne(context, given);
        const { runJob } = await import('./run-job.js');
        return runJob(context, given);
      };
      await run(work, { inRun: true, quiet: flags.quiet ?? false, outlivesReader: isJobRun(flags) });
    });
};

/** Codes above tell that a signal ended the command. */
const SIGNAL_CODES = 128;

async function runOne(context: Context, given: RunGiven): Promise<number> {
  const { flags } = given;
  const { run } = await import('../../actions/run.js');
  const { openTerminal } = await import('../terminal.js');
  const tty = flags.tty && !flags.detach && process.stdin.isTTY && process.stdout.isTTY;
  const terminal = openTerminal(context.output, tty);
  try {
    const oneOff = oneOffRequest(context, given);
    const request: RunRequest = {
      ...context.project,
      ...oneOff,
      ...{ terminal, name: flags.name ?? null, detach: flags.detach ?? false, remove: flags.rm ?? false },
      wish: { ...oneOff.wish, tty, stdin: !flags.detach },
    };
    const result = await run(context.world, request, context.control);
    if (!result.ok) return context.report(result.problems);
    const { container, outcomes, exitCode } = result.value;
    if (!allDone(outcomes)) {
      context.control.signal.throwIfAborted(); // nothing failed, and there is no code of the command's own
      return EXIT_RUN_FAILED;
    }
    if (flags.detach) await context.output.result(sanitize(container));
    // A command that ended by our stop or kill was ended by the user's signal; one that handled the stop tells by itself.
    if (exitCode !== null && exitCode > SIGNAL_CODES && context.isSignalled()) context.control.signal.throwIfAborted();
    return exitCode ?? EXIT_OK;
  } finally {
    terminal.close();
  }
}
