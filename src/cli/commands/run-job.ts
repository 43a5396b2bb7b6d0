import type { OnceRequest } from '../../actions/once.js';
import { ms } from '../../lib/units.js';
import type { Context } from '../command.js';
import { EXIT_LATE, EXIT_RUN_FAILED } from '../exit-codes.js';
import { openTerminal } from '../terminal.js';
import { oneOffRequest, type RunGiven } from './run-flags.js';

/** `run --once`, and with `--every` or `--forever` the same in a loop. */
export async function runJob(context: Context, given: RunGiven): Promise<number> {
  const { flags } = given;
  const terminal = openTerminal(context.output, false);
  try {
    const request: OnceRequest = {
      ...context.project,
      ...oneOffRequest(context, given),
      terminal,
      name: flags.name ?? null,
      busy: flags.replace ? 'replace' : flags.wait ? 'wait' : 'fail',
      backoff: flags.backoff,
      limit: flags.timeout || null, // 0 is no limit, as with timeout(1)
      remove: flags.rm ?? false,
    };
    const every = flags.forever ? ms(0) : flags.every;
    const result = await runOnceOrAgain(context, request, every);
    if (!result.ok) return context.report(result.problems);
    const { exitCode, late } = result.value;
    if (late) {
      context.hurry(); // its time was up, and a full pipe would hold it up all the same
      return EXIT_LATE;
    }
    if (exitCode === null) context.control.signal.throwIfAborted(); // nothing failed, and there is no code of the job's own
    return exitCode ?? EXIT_RUN_FAILED;
  } finally {
    terminal.close();
  }
}

async function runOnceOrAgain({ world, control }: Context, request: OnceRequest, every: number | undefined) {
  if (every === undefined) {
    const { once } = await import('../../actions/once.js');
    return once(world, request, control);
  }
  const { repeat } = await import('../../actions/repeat.js');
  return repeat(world, { ...request, every: ms(every) }, control);
}
