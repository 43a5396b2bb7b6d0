import type { Release } from '../host/host.js';
import { namedServices } from '../graph/select.js';
import { seconds, type Milliseconds } from '../lib/units.js';
import { good, problem, type Checked } from '../model/diagnostic.js';
import { TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import { jobName, LABEL } from '../model/names.js';
import type { Observed } from '../model/observed.js';
import { allDone, type Outcome, type Outcomes } from '../model/plan.js';
import { pauseAfter, pauseLeft } from '../plan/backoff.js';
import { leftoversOf, type Job } from '../plan/leftovers.js';
import { attend, type AttendedEnd } from './attend.js';
import type { ProjectRequest } from './find-file.js';
import { forget, recall, remember, type Memory, type Recalling } from './job-memory.js';
import { engineKey } from './locked.js';
import { lookFor, makeOneOff, type OneOff, type OneOffRequest } from './one-off.js';
import { prepare } from './prepare.js';
import { removeEnded } from './run.js';
import type { Terminal } from './terminal.js';
import type { World } from './world.js';

export interface OnceRequest extends ProjectRequest, OneOffRequest {
  /** Null: the service's `container_name`, else `PROJECT_SERVICE_once`. */
  readonly name: string | null;
  /** When the job runs already: fail, wait for its end, or have it stopped. */
  readonly busy: 'fail' | 'wait' | 'replace';
  /** Wait before a run that follows several that failed at once. */
  readonly backoff: boolean;
  /** How long the job may run; null: as long as it likes. */
  readonly limit: Milliseconds | null;
  /** Remove the container at the end instead of leaving it to the next run. */
  readonly remove: boolean;
  readonly terminal: Terminal;
}

export interface OnceResult {
  readonly container: string;
  /** Outcomes of what had to be done before the job could run. */
  readonly outcomes: Outcomes;
  /** The job's own code; null when it never ran. */
  readonly exitCode: number | null;
  /** It was stopped because its time was up. */
  readonly late: boolean;
}

/**
 * Runs a job in the one container that it has, after whatever an earlier run left is out of the way (decisions 10).
 * Throws `lock-busy` while another process runs it.
 */
export async function once(world: World, request: OnceRequest, control: Control): Promise<Checked<OnceResult>> {
  const found = await findJob(world, request, control);
  if (!found.ok) return found;
  const release = await lockJob(found.value, control);
  try {
    return good(await runJob(found.value, control));
  } finally {
    await release();
  }
}

/** A job that was found in its file, on an engine that answers. */
export interface FoundJob {
  readonly job: Job;
  readonly oneOff: OneOff;
  readonly request: OnceRequest;
}

export async function findJob(world: World, request: OnceRequest, control: Control): Promise<Checked<FoundJob>> {
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  const { project, needs } = prepared.value;
  const { service } = request;
  const named = namedServices([...needs.keys()], [service]);
  if (!named.ok) return named;
  const engine = await world.connectEngine(control.signal);
  const name = request.name ?? project.services.get(service)?.containerName ?? jobName(project.name, service);
  const job = { name, service };
  const oneOff = { world, engine, prepared: prepared.value, request, wish: { ...request.wish, name }, job };
  return good({ job, oneOff, request });
}

/** The lock dies with this process, however it dies. */
export async function lockJob(
  { job, oneOff: { world, engine }, request }: FoundJob,
  control: Control,
): Promise<Release> {
  const { lock } = world.host;
  const name = `job ${engineKey(world, engine)} ${job.name}`;
  if (request.busy !== 'wait') {
    const taken = await lock.take(name, control.signal);
    if (typeof taken === 'function') return taken;
    const message = `${job.name} runs already (${taken.words})`;
    if (request.busy === 'fail') {
      throw new TsfigError('lock-busy', message, { hint: '--wait waits for its end, --replace stops it first' });
    }
    if (!taken.stop()) throw new TsfigError('lock-busy', `${message}, and is not ours to stop`);
  }
  return lock.acquire(name, control.signal, (holder) => {
    void control.emit({ kind: 'waiting-for-lock', holder });
  });
}

/** One run, by whoever holds the lock. */
export async function runJob({ job, oneOff: bare, request }: FoundJob, control: Control): Promise<OnceResult> {
  const { engine, prepared } = bare;
  const container = job.name;
  let photograph = await lookFor(bare, control);
  const recalling: Recalling = { engine, project: prepared.project.name, job, signal: control.signal };
  const { containers, volumes } = photograph;
  const memory = await recall(recalling, { leftovers: leftoversOf(containers, job), volumes });
  if (request.backoff && (await backOff(bare, memory, control))) photograph = await lookFor(bare, control);
  const facts = { [LABEL.job]: job.name, [LABEL.failures]: String(memory.failures) };
  const oneOff = { ...bare, wish: { ...bare.wish, facts } };
  const outcomes = await makeJob({ oneOff, recalling, memory }, photograph, control);
  if (!allDone(outcomes)) return { container, outcomes, exitCode: null, late: false };
  try {
    const end = await attend({ engine, container, ...terminalOf(request) }, control);
    await tellEnd(oneOff, end, control);
    return { container, outcomes, exitCode: end.exitCode, late: end.late };
  } finally {
    if (request.remove) await removeRun({ oneOff, recalling, memory });
  }
}

/** Removes the container of a run; that it failed at once is noted first, because the next run has nothing else to tell it by. */
async function removeRun({ oneOff, recalling, memory }: Making): Promise<void> {
  const { engine, wish } = oneOff;
  const after = { ...recalling, signal: AbortSignal.timeout(NOTE_LIMIT) };
  const containers = await engine.listContainers({ project: recalling.project, signal: after.signal });
  const leftovers = leftoversOf(containers, recalling.job);
  const { failures, last, why } = await recall(after, { leftovers, volumes: [] });
  if (last) await remember(after, { failures, before: memory.volume, at: last.endedAt, exitCode: last.exitCode, why });
  await removeEnded(engine, wish.name);
}

const terminalOf = ({ terminal, limit }: OnceRequest) => ({ terminal, limit, tty: false, stdin: false });

/** Waits when the last runs failed at once, so that a supervisor that restarts them does not spin. Whether it has waited. */
async function backOff({ world, job }: OneOff, { failures, last, why }: Memory, control: Control): Promise<boolean> {
  const { clock } = world.host;
  if (!last || !job) return false;
  const pause = pauseLeft(pauseAfter(failures), last.endedAt, clock.now());
  if (pause === 0) return false;
  const { exitCode, ranFor } = last;
  await control.emit({ kind: 'backing-off', container: job.name, failures, exitCode, ranFor, why, pause });
  await clock.pause(pause, control.signal);
  return true;
}

interface Making {
  readonly oneOff: OneOff;
  readonly recalling: Recalling;
  readonly memory: Memory;
}

/** How long it may take to note a failure; on a clock of its own, like everything that cleans up. */
const NOTE_LIMIT = seconds(10);

/** Makes the container; what fails before there is one is noted, because nothing else tells the next run. */
async function makeJob({ oneOff, recalling, memory }: Making, photograph: Observed, control: Control) {
  const note = async (why: string): Promise<void> => {
    if (control.signal.aborted) return;
    const at = oneOff.world.host.clock.now();
    const failure = { failures: memory.failures + 1, before: memory.volume, at, exitCode: null, why };
    await remember({ ...recalling, signal: AbortSignal.timeout(NOTE_LIMIT) }, failure).catch(() => undefined); // the failure itself counts
  };
  try {
    const outcomes = await makeOneOff(oneOff, photograph, control);
    const failed = Object.values(outcomes).find(isFailed);
    if (failed) await note(failed.message);
    else if (memory.volume !== null && allDone(outcomes)) await forget(recalling, memory.volume);
    return outcomes;
  } catch (error) {
    if (error instanceof TsfigError) await note(error.message);
    throw error;
  }
}

type Failed = Extract<Outcome, { kind: 'failed' }>;
const isFailed = (outcome: Outcome): outcome is Failed => outcome.kind === 'failed';

const KILLED = 137;

/** What the exit code alone does not tell. */
async function tellEnd(
  { engine, prepared, request, wish: { name } }: OneOff,
  { exitCode, late, outputFailure }: AttendedEnd,
  { emit, signal }: Control,
): Promise<void> {
  const warn = (code: string, message: string, hint: string | null = null) =>
    emit({ kind: 'warning', diagnostic: { ...problem(code, message, hint), severity: 'warning' } });
  if (late) await warn('deadline-passed', `${name} was stopped, because its time was up`);
  if (outputFailure !== null && !signal.aborted) {
    await warn('output-lost', `the connection to the output of ${name} broke`, 'its log has all of it: tsfig logs');
  }
  if (exitCode !== KILLED) return;
  const looking = engine.inspectContainer(name, { signal: AbortSignal.timeout(NOTE_LIMIT) });
  const details = await looking.catch(() => null); // the code counts, whatever becomes of the engine
  if (!details?.outOfMemory) return;
  const limit = prepared.project.services.get(request.service)?.memLimit ?? null;
  const hint = limit === null ? 'the machine has too little' : 'raise mem_limit, or let the job use less';
  await warn('out-of-memory', `${name} was killed, because it ran out of memory`, hint);
}
