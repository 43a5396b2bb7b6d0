import type { Attachment, Engine } from '../engine/engine.js';
import { raceAbort, withGrace } from '../lib/deadline.js';
import { retry } from '../lib/retry.js';
import { seconds, type Milliseconds } from '../lib/units.js';
import { hasCode, TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import { nameOf, type ContainerTarget } from '../model/replica.js';
import type { Terminal } from './terminal.js';

/** A created container that is to be started and followed to its end. */
export interface AttachedRun {
  readonly engine: Engine;
  readonly container: ContainerTarget;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly terminal: Terminal;
  /** How long it may take to stop before the engine kills it. */
  readonly grace: Milliseconds;
  /** How long it may run; null: as long as it likes. */
  readonly limit: Milliseconds | null;
  /** Told when the engine has started it. */
  readonly onStarted?: () => void;
}

export interface RunEnd {
  /** The command's own code. */
  readonly exitCode: number;
  /** It was stopped because it timed out. */
  readonly late: boolean;
  /** What broke the reading of its output before the end; null: all of it was passed on. */
  readonly outputFailure: Error | null;
}

/** How long an engine may take to answer, beyond what it was given to do it. Then what was asked for is forced, or given up. */
const ANSWER_LIMIT = seconds(10);
/** How long an engine may be away while a container runs: with live-restore it restarts and its containers run on. */
const AWAY_LIMIT = seconds(10);
/**
 * How long a reader that has stopped reading is waited for once everything was asked to stop. Then the connection to the
 * output is closed: engine 20.10 holds a container for running until its output was taken.
 */
const READER_PATIENCE = seconds(1);

/**
 * Attaches before the start, so that nothing is lost, and waits for the end. A signal stops the container with its grace
 * period, a second one kills it. Throws what the start or the waiting throws; when the signal came before the start, its
 * reason; `engine-unreachable` when the engine does not even answer to the stop or the kill, so that a silent connection
 * keeps nobody here.
 */
export async function runAttached(run: AttachedRun, control: Control): Promise<RunEnd> {
  const { engine, container, tty, terminal } = run;
  const life = new AbortController();
  const stopping = new AbortController();
  const attachment = await attachTo(run, life, control);
  const connected = connect(attachment, run, stopping.signal);
  const hang = terminal.onResize((size) => {
    if (tty) engine.resizeTerminal(container, size, { signal: life.signal }).catch(() => undefined); // it may have ended
  });
  try {
    control.signal.throwIfAborted();
    // A start that is given up would leave a container running that nobody stops: a signal waits for its answer.
    await withGrace(engine.startContainer(container, { signal: life.signal }), ANSWER_LIMIT, control.signal).catch(
      (error: unknown) => {
        throw error === control.signal.reason ? noAnswer(container) : error;
      },
    );
    run.onStarted?.();
    // Asked after the start: whether it runs still or has ended already, the answer is its code.
    const exit = untilExit(engine, container, life.signal);
    hang.tell();
    const { exitCode, late } = await endOrStop({ ...run, exit, stopping, life: life.signal }, control);
    return { exitCode, late, outputFailure: await passedOn(connected.outputDone, stopping.signal) };
  } finally {
    hang.stop();
    connected.stopInput();
    attachment.close();
    life.abort();
  }
}

interface Ending extends AttachedRun {
  readonly exit: Promise<number>;
  /** Aborts when it has ended. */
  readonly life: AbortSignal;
  /** Aborted when the container was asked to end. */
  readonly stopping: AbortController;
}

/** Nothing runs yet: the first signal ends it, also where the engine does not answer. */
async function attachTo({ engine, container, tty, stdin }: AttachedRun, life: AbortController, { signal }: Control) {
  const attaching = engine.attach(container, { tty, stdin, signal: life.signal });
  try {
    return await raceAbort(attaching, signal);
  } catch (error) {
    attaching.then((late) => late.close()).catch(() => undefined);
    life.abort();
    throw error;
  }
}

/** The exit code, also from an engine, or over a connection, that was away for a while. */
async function untilExit(engine: Engine, container: ContainerTarget, signal: AbortSignal): Promise<number> {
  const isAway = (error: unknown): boolean => !signal.aborted && hasCode(error, 'engine-unreachable');
  for (;;) {
    try {
      return await engine.waitContainer(container, { nextExit: false, signal });
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    await retry(() => engine.inspectContainer(container, { signal }), { worth: isAway, limit: AWAY_LIMIT, signal });
  }
}

/** The exit code; a signal or the time limit stops the container with its grace period, a second signal kills it. */
async function endOrStop(
  ending: Ending,
  control: Control,
): Promise<{ readonly exitCode: number; readonly late: boolean }> {
  const { exit, limit, grace, stopping, container } = ending;
  const gone = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let late = false;
  const onForce = (): void => {
    stopping.abort();
    void kill(ending);
    timers.push(setTimeout(() => gone.abort(noAnswer(container)), ANSWER_LIMIT));
  };
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    void stopOrKill(ending, control.force);
    timers.push(setTimeout(onForce, grace + ANSWER_LIMIT));
  };
  const onLate = (): void => {
    late = !stopping.signal.aborted;
    stop();
  };
  control.signal.addEventListener('abort', stop, { once: true });
  control.force.addEventListener('abort', onForce, { once: true });
  if (control.force.aborted) onForce();
  else if (control.signal.aborted) stop();
  if (limit !== null) timers.push(setTimeout(onLate, limit));
  try {
    return { exitCode: await raceAbort(exit, gone.signal), late };
  } finally {
    timers.forEach((timer) => clearTimeout(timer));
    control.signal.removeEventListener('abort', stop);
    control.force.removeEventListener('abort', onForce);
  }
}

const noAnswer = (container: ContainerTarget): TsfigError =>
  new TsfigError(
    'engine-unreachable',
    `the engine has not answered to the stop of ${nameOf(container)}, which may still run`,
    {
      hint: 'tsfig ps shows what runs, tsfig kill ends it',
    },
  );

/** How long an engine that refuses to stop a container is asked again before the container is killed. */
const STOP_TRIES = seconds(10);

/** Its end is what is waited for, so what goes wrong here is told by nobody else: it is tried again, and harder. */
async function stopOrKill(ending: Ending, force: AbortSignal): Promise<void> {
  const { engine, container, life } = ending;
  const worth = (error: unknown): boolean => !life.aborted && !hasCode(error, 'container-not-found');
  try {
    const stop = (): Promise<void> => engine.stopContainer(container, null, { signal: force });
    await retry(stop, { worth: (error) => !force.aborted && worth(error), limit: STOP_TRIES, signal: life });
  } catch {
    if (!life.aborted && !force.aborted) await kill(ending);
  }
}

async function kill({ engine, container }: Ending): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_LIMIT);
  await engine.killContainer(container, 'SIGKILL', { signal }).catch(() => undefined); // its end tells
}

interface Connected {
  readonly outputDone: Promise<void>;
  readonly stopInput: () => void;
}

function connect(attachment: Attachment, { terminal, stdin }: AttachedRun, stopping: AbortSignal): Connected {
  const outputDone = passOutput(attachment, terminal, stopping);
  outputDone.catch(() => attachment.close()); // awaited when the container has ended
  const input = stdin ? passInput(attachment, terminal) : null;
  return { outputDone, stopInput: () => input?.abort() };
}

async function passOutput({ output }: Attachment, terminal: Terminal, stopping: AbortSignal): Promise<void> {
  for await (const { stream, bytes } of output)
    await withGrace(terminal.write(stream, bytes), READER_PATIENCE, stopping);
}

/** Resolves when the output was passed on, with what went wrong. */
async function passedOn(outputDone: Promise<void>, stopping: AbortSignal): Promise<Error | null> {
  try {
    await withGrace(outputDone, READER_PATIENCE, stopping);
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** Passes input on until it ends; then the command's own input ends, and its output goes on. */
function passInput(attachment: Attachment, terminal: Terminal): AbortController {
  const stop = new AbortController();
  const passing = async (): Promise<void> => {
    for await (const bytes of terminal.input(stop.signal)) await attachment.write(bytes);
    if (!stop.signal.aborted) attachment.endInput();
  };
  passing().catch(() => undefined); // the container closed its input: it wants no more
  return stop;
}
