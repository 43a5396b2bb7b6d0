import type { Attachment, Engine } from '../engine/engine.js';
import { abortable } from '../lib/deadline.js';
import { seconds, type Milliseconds } from '../lib/units.js';
import type { Control } from '../model/event.js';
import type { Terminal } from './terminal.js';

/** A created container that is to be started and followed to its end. */
export interface Attending {
  readonly engine: Engine;
  readonly container: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly terminal: Terminal;
  /** How long it may run; null: as long as it likes. */
  readonly limit: Milliseconds | null;
}

export interface AttendedEnd {
  /** The command's own code. */
  readonly exitCode: number;
  /** It was stopped because its time was up. */
  readonly late: boolean;
  /** What broke the reading of its output before the end; null: all of it was passed on. */
  readonly outputFailure: Error | null;
}

/** How long the killing of a container that will not end may take. */
const KILL_LIMIT = seconds(30);
/** How long a reader that has stopped reading is waited for once everything was asked to stop. */
const READER_PATIENCE = seconds(1);

/**
 * Attaches before the start, so that nothing is lost, and waits for the end. A signal stops the container with its grace
 * period, a second one kills it. Throws what the start or the waiting throws; when the signal came before the start, its
 * reason.
 */
export async function attend(attending: Attending, control: Control): Promise<AttendedEnd> {
  const { engine, container, tty, stdin, terminal } = attending;
  const life = new AbortController();
  const attachment = await engine.attach(container, { tty, stdin, signal: life.signal });
  const connected = connect(attachment, attending);
  const hang = terminal.onResize((size) => {
    if (tty) engine.resizeTerminal(container, size, { signal: life.signal }).catch(() => undefined); // it may have ended
  });
  try {
    control.signal.throwIfAborted();
    await engine.startContainer(container, { signal: control.force });
    // Asked after the start: whether it runs still or has ended already, the answer is its code.
    const exit = engine.waitContainer(container, { nextExit: false, signal: life.signal });
    hang.tell();
    const { exitCode, late } = await endOrStop(exit, attending, control);
    return { exitCode, late, outputFailure: await passedOn(connected.outputDone, control) };
  } finally {
    hang.stop();
    connected.stopInput();
    attachment.close();
    life.abort();
  }
}

/** The exit code; a signal or the time limit stops the container with its grace period, a second signal kills it. */
async function endOrStop(
  exit: Promise<number>,
  { engine, container, limit }: Attending,
  control: Control,
): Promise<{ readonly exitCode: number; readonly late: boolean }> {
  let late = false;
  const stop = (): void => {
    engine.stopContainer(container, null, { signal: control.force }).catch(() => undefined); // its end tells
  };
  const onForce = (): void => {
    engine.killContainer(container, 'SIGKILL', { signal: AbortSignal.timeout(KILL_LIMIT) }).catch(() => undefined);
  };
  const onLate = (): void => {
    late = true;
    stop();
  };
  control.signal.addEventListener('abort', stop, { once: true });
  control.force.addEventListener('abort', onForce, { once: true });
  if (control.signal.aborted) stop();
  const timer = limit === null ? undefined : setTimeout(onLate, limit);
  try {
    return { exitCode: await exit, late };
  } finally {
    clearTimeout(timer);
    control.signal.removeEventListener('abort', stop);
    control.force.removeEventListener('abort', onForce);
  }
}

interface Connected {
  readonly outputDone: Promise<void>;
  readonly stopInput: () => void;
}

function connect(attachment: Attachment, { terminal, stdin }: Attending): Connected {
  const outputDone = passOutput(attachment, terminal);
  outputDone.catch(() => undefined); // awaited when the container has ended
  const input = stdin ? passInput(attachment, terminal) : null;
  return { outputDone, stopInput: () => input?.abort() };
}

async function passOutput({ output }: Attachment, terminal: Terminal): Promise<void> {
  for await (const { stream, bytes } of output) await terminal.write(stream, bytes);
}

/** Resolves when the output was passed on, with what went wrong. After a signal nobody waits long for a reader that does not read. */
async function passedOn(outputDone: Promise<void>, { signal }: Control): Promise<Error | null> {
  const patience = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onSignal = (): void => {
    timer = setTimeout(() => patience.abort(), READER_PATIENCE);
  };
  if (signal.aborted) onSignal();
  else signal.addEventListener('abort', onSignal, { once: true });
  try {
    await abortable(outputDone, patience.signal);
    return null;
  } catch (error) {
    return error as Error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onSignal);
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
