import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { raceAbort } from '../lib/deadline.js';
import { safe } from '../lib/safe-text.js';
import { hasCode, TsfigError } from '../model/errors.js';
import type { Emit } from '../model/event.js';
import { diagnosticsToText } from '../render/diagnostic.js';
import { errorToText } from '../render/error.js';
import type { Context, Run, RunOptions } from './command.js';
import { codeForError, EXIT_FAILED, EXIT_OK, EXIT_RUN_FAILED, exitCodeOf } from './exit-codes.js';
import { leftError, MayRun } from './may-run.js';
import { makeOutput, type Output, type OutputOptions } from './output.js';
import { makeProgram, type GlobalOptions } from './program.js';
import { listenToSignals } from './signals.js';

/**
 * Steps at a time when nobody says otherwise: on 2 cores more is no faster, neither with 20 nor with 100 containers
 * (docs/performance.md).
 */
const PARALLEL = 8;

const version = (
  JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { readonly version: string }
).version;

const program = makeProgram(version, (work, options) => runCommand(work, options), process.argv.slice(2));
program.exitOverride();
for (const command of program.commands) command.exitOverride();

// Nobody reads the help to its end: no reason for a stack trace. What commands write has its own listeners.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

void start();

/** No await at the top: this becomes a CommonJS file, which starts sooner. A bug of ours ends the process with its stack. */
async function start(): Promise<void> {
  try {
    if (process.argv.length <= 2) program.help({ error: true });
    await program.parseAsync(wordsOf(process.argv.slice(2)), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has told what is wrong already. Help and version that were asked for are no failure.
    const inRun = commandName() === 'run' && error.code !== 'commander.help';
    process.exitCode = error.exitCode === 0 ? EXIT_OK : inRun ? EXIT_RUN_FAILED : EXIT_FAILED;
  }
}

/** `help foobar` is read as `foobar`: commander would print all of the help, and not what is wrong. */
function wordsOf(words: readonly string[]): readonly string[] {
  const [first, second] = words;
  const isUnknown = second !== undefined && !program.commands.some((command) => command.name() === second);
  return first === 'help' && isUnknown ? words.slice(1) : words;
}

/** The command that was meant, also where what stands before it is wrong. */
function commandName(): string | undefined {
  const words = program.args.length > 0 ? program.args : process.argv;
  return words.find((word) => program.commands.some((command) => command.name() === word));
}

/** Runs one command: signals in, events out, and the exit code at the end. */
async function runCommand(work: Parameters<Run>[0], options: RunOptions = {}): Promise<void> {
  const { file, projectName, parallel, ...shown } = program.opts<GlobalOptions>();
  // Should nothing be left to wait for before there is a result, Node ends the process: not with 0.
  process.exitCode = options.inRun ? EXIT_RUN_FAILED : EXIT_FAILED;
  const { connect } = await import('../connect.js');
  const signals = listenToSignals();
  let closed: NodeJS.ErrnoException | null | undefined;
  const onClosed = (error: NodeJS.ErrnoException | null): void => {
    if (options.outlivesReader) return;
    closed = error;
    signals.stop();
  };
  const stopping = new AbortController();
  signals.signal.addEventListener('abort', () => stopping.abort(), { once: true });
  const output = openOutput(shown, options, { onClosed, stopping: stopping.signal });
  const mayRun = new MayRun();
  const emit: Emit = (event) => {
    mayRun.note(event);
    return output.emit(event);
  };
  const warn = (message: string): void => output.note(safe`warning: ${message}`);
  const makeContext = (): Context => ({
    world: connect({ environment: process.env, directory: workingDirectory(), version, warn }),
    control: { signal: signals.signal, force: signals.force, emit },
    output,
    project: { file: file ?? null, projectName: projectName ?? null },
    parallel: parallel ?? PARALLEL,
    isSignalled: () => signals.received() !== null,
    hurry: () => stopping.abort(),
    report(problems) {
      output.note(diagnosticsToText(problems));
      return options.inRun ? EXIT_RUN_FAILED : EXIT_FAILED;
    },
  });
  let hasOwnCode = options.inRun ?? false;
  const working = Promise.resolve().then(() => work(makeContext()));
  const code = await raceAbort(working, signals.leave).catch((error: unknown) => {
    if (hasCode(error, 'interrupted')) hasOwnCode = false;
    if (signals.leave.aborted) output.note(errorToText(leftError(mayRun.names), version));
    return codeForThrown(error, output, options);
  });
  await output.close();
  signals.close();
  const received = signals.received();
  // Where nobody reads, a command's own code still tells how it ended; what could not be written is a failure of ours.
  if (closed && closed.code !== 'EPIPE') process.exitCode = options.inRun ? EXIT_RUN_FAILED : EXIT_FAILED;
  else if (closed !== undefined && !hasOwnCode) process.exitCode = EXIT_OK;
  else process.exitCode = received && !hasOwnCode ? exitCodeOf(received) : code;
  endProcess(signals.leave.aborted || output.isAbandoned);
}

/** How long what is left of connections may keep the process alive when all is done. */
const LINGER = 1000;

/** What waits in a full pipe, or a connection that does not close, would keep this process alive. */
function endProcess(now: boolean): void {
  // eslint-disable-next-line n/no-process-exit -- see above
  if (now) process.exit();
  // eslint-disable-next-line n/no-process-exit -- see above; the timer alone keeps nobody alive
  setTimeout(() => process.exit(), LINGER).unref();
}

/** Throws `bad-usage` where it has been removed. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    const hint = 'go to a directory that is there';
    throw new TsfigError('bad-usage', 'the working directory no longer exists', { cause: error, hint });
  }
}

function codeForThrown(error: unknown, output: Output, { inRun = false }: RunOptions): number {
  if (!hasCode(error, 'interrupted')) output.note(errorToText(error, version));
  return error instanceof TsfigError ? codeForError(error.code, inRun) : inRun ? EXIT_RUN_FAILED : EXIT_FAILED;
}

/** Terminal or not, colours or not: decided here, once. */
function openOutput(
  { progress, color }: Pick<GlobalOptions, 'progress' | 'color'>,
  { noColor = false, noPrefix = false, quiet = false }: RunOptions,
  life: Pick<OutputOptions, 'onClosed' | 'stopping'>,
): Output {
  const { stdout, stderr, env } = process;
  const colours = color && !noColor && (env['NO_COLOR'] ?? '') === '';
  return makeOutput({
    stdout,
    stderr,
    mode: quiet ? 'quiet' : progress === 'auto' ? (isTerminal(stderr) ? 'tty' : 'plain') : progress,
    colour: colours && isTerminal(stderr),
    logColour: colours && isTerminal(stdout),
    prefix: !noPrefix,
    ...life,
  });
}

/** Of a pipe Node leaves the property out, and what is undefined would be decided elsewhere. */
function isTerminal({ isTTY }: { readonly isTTY?: boolean }): boolean {
  return isTTY === true;
}
