import type { Exit } from '../apply/follow-logs.js';
import { lastLines } from '../apply/last-lines.js';
import type { Engine } from '../engine/engine.js';
import { problem } from '../model/diagnostic.js';
import { TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import { LABEL } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import type { Outcomes } from '../model/plan.js';
import { serviceOf } from '../model/replica.js';
import { inPlaceOrder } from '../plan/replicas.js';
import { warnOfRestarting } from './restarting.js';
import type { Session } from './session.js';

/** For one that the engine calls dead, which tells no code. */
const UNKNOWN = 1;

interface Started {
  readonly engine: Engine;
  readonly session: Session;
  readonly project: string;
  readonly outcomes: Outcomes;
}

/**
 * Tells which of the containers that the session started have ended since, a failed one with the last line of its log: who
 * starts in the background reads no log. One request where something was started, none elsewhere.
 */
export async function endedSince({ engine, session, project, outcomes }: Started, control: Control): Promise<Exit[]> {
  const { signal } = control;
  const told = new Set(
    outcomes.flatMap(({ step, outcome }) =>
      step.kind === 'wait-ready' && outcome.kind === 'failed' ? [step.container.name] : [],
    ),
  );
  const started = new Set(session.started.flatMap(({ id, name }) => (told.has(name) ? [] : [id])));
  if (started.size === 0 || control.signal.aborted) return [];
  try {
    const containers = (await engine.listContainers({ project, signal })).filter(({ id }) => started.has(id));
    await warnOfRestarting(containers, containers.map(serviceOf), control);
    const ended = containers.filter(({ state }) => state === 'exited' || state === 'dead').toSorted(inPlaceOrder);
    const exits: Exit[] = [];
    for (const container of ended) exits.push(await tellEnd(engine, container, control));
    return exits;
  } catch (error) {
    if (!signal.aborted) throw error;
    return [];
  }
}

async function tellEnd(engine: Engine, container: ObservedContainer, { emit, signal }: Control): Promise<Exit> {
  const exit = { container: container.name, exitCode: container.exitCode ?? UNKNOWN };
  if (exit.exitCode === 0) {
    await emit({ kind: 'container-exited', ...exit, restarting: false });
    return exit;
  }
  const tty = container.labels[LABEL.tty] === 'true';
  const last = await lastLines(engine, container, { tty, count: 1, signal }).catch(nothingIfUnread);
  const words = last.map((line) => `: ${line}`).join('');
  const diagnostic = problem('ended-at-once', `${exit.container} ended at once with code ${exit.exitCode}${words}`);
  await emit({ kind: 'warning', diagnostic: { ...diagnostic, severity: 'warning' } });
  return exit;
}

/** The line is a courtesy: the end counts. */
function nothingIfUnread(error: unknown): string[] {
  if (!(error instanceof TsfigError)) throw error;
  return [];
}
