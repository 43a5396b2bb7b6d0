import { randomBytes } from 'node:crypto';
import { removeFully } from '../apply/free-names.js';
import type { Engine } from '../engine/engine.js';
import { namedServices } from '../graph/select.js';
import { withTimeout } from '../lib/deadline.js';
import { seconds } from '../lib/units.js';
import { bad, good, problem, type Checked } from '../model/diagnostic.js';
import { TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import { oneOffName } from '../model/names.js';
import type { ContainerHandle } from '../model/replica.js';
import { allDone, type Outcomes } from '../model/plan.js';
import type { ProjectRequest } from './find-file.js';
import { createdIn, graceOf, makeOneOff, type OneOff, type OneOffRequest } from './one-off.js';
import { prepare } from './prepare.js';
import { runAttached } from './run-attached.js';
import type { Terminal } from './terminal.js';
import type { World } from './world.js';

export interface RunRequest extends ProjectRequest, OneOffRequest {
  /** Null: a name of its own. */
  readonly name: string | null;
  readonly detach: boolean;
  readonly remove: boolean;
  /** Where input comes from and output goes to; not used when detached. */
  readonly terminal: Terminal;
}

export interface RunResult {
  readonly container: string;
  /** Outcomes of what had to be done before the command could run. */
  readonly outcomes: Outcomes;
  /** The command's own code; null when it was not waited for or never ran. */
  readonly exitCode: number | null;
}

/** How long the removal of a container that has ended may take. */
const REMOVE_LIMIT = seconds(30);

/** Runs one command in a new container of the service, with what the service needs started first. */
export async function run(world: World, request: RunRequest, control: Control): Promise<Checked<RunResult>> {
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  const named = namedServices([...prepared.value.needs.keys()], [request.service]);
  if (!named.ok) return named;
  if (request.detach && request.remove) return bad([problem('bad-usage', '--rm and -d cannot go together')]);
  const engine = await world.connectEngine(control.signal);
  const container =
    request.name ?? oneOffName(prepared.value.project.name, request.service, randomBytes(6).toString('hex'));
  const wish = { ...request.wish, name: container, attached: !request.detach };
  const oneOff: OneOff = { world, engine, prepared: prepared.value, request, wish, job: null };
  const outcomes = await makeOneOff(oneOff, null, control);
  if (!allDone(outcomes)) return good({ container, outcomes, exitCode: null });
  const made = createdIn(outcomes, container);
  if (request.detach) {
    await engine.startContainer(made, { signal: control.signal });
    return good({ container, outcomes, exitCode: null });
  }
  try {
    const { tty, stdin } = request.wish;
    const { terminal } = request;
    const grace = graceOf(oneOff);
    const end = await runAttached({ engine, container: made, tty, stdin, terminal, grace, limit: null }, control);
    if (end.outputFailure !== null && !control.signal.aborted) throw end.outputFailure;
    return good({ container, outcomes, exitCode: end.exitCode });
  } finally {
    if (request.remove) await removeEnded(engine, made, control);
  }
}

/**
 * Removes a container that has ended, on a clock of its own, because a signal has stopped the work perhaps. That it could
 * not is told, and changes nothing about how the command ended.
 */
export async function removeEnded(engine: Engine, container: ContainerHandle, { emit }: Control): Promise<void> {
  const late = (): Error => new TsfigError('deadline-passed', `${container.name} could not be removed in time`);
  const removing = { container, volumes: true };
  try {
    await withTimeout(REMOVE_LIMIT, late, new AbortController().signal, (signal) =>
      removeFully(engine, removing, { signal }),
    );
  } catch (error) {
    if (!(error instanceof TsfigError)) throw error;
    await emit({ kind: 'warning', diagnostic: { ...problem(error.code, error.message), severity: 'warning' } });
  }
}
