import { namedServices } from '../graph/select.js';
import { ms, seconds, type Milliseconds } from '../lib/units.js';
import { good, problem, type Checked } from '../model/diagnostic.js';
import { hasCode, TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import { jobName, LABEL } from '../model/names.js';
import type { Observed } from '../model/observed.js';
import { allDone, type Outcome, type Outcomes } from '../model/plan.js';
import type { ContainerHandle } from '../model/replica.js';
import { pauseAfter, pauseLeft } from '../plan/backoff.js';
import { leftoversOf, type Job } from '../plan/leftovers.js';
import type { ProjectRequest } from './find-file.js';
import {
  clearFailure,
  NOTHING,
  readHistory,
  recordFailure,
  type JobHistory,
  type HistoryContext,
  type JobTraces,
} from './job-history.js';
import { lockJob, type Busy } from './lock-job.js';
import { createdIn, graceOf, observeForRun, makeOneOff, type OneOff, type OneOffRequest } from './one-off.js';
import { prepare } from './prepare.js';
import { removeEnded } from './run.js';
import { runAttached, type RunEnd } from './run-attached.js';
import type { Terminal } from './terminal.js';
import type { World } from './world.js';

export interface OnceRequest extends ProjectRequest, OneOffRequest {
  /** Null: the service's `container_name`, else `PROJECT_SERVICE_once`. */
  readonly name: string | null;
  readonly busy: Busy;
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
  /** It was stopped because it timed out. */
  readonly late: boolean;
  /** Without the wait after runs that failed at once. */
  readonly took: Milliseconds;
}

/**
 * Runs a job in the one container that it has, after whatever an earlier run left is out of the way (decisions 10).
 * Throws `lock-busy` while another process runs it.
 */
export async function once(world: World, request: OnceRequest, control: Control): Promise<Checked<OnceResult>> {
  for (;;) {
    const found = await findJob(world, request, control);
    if (!found.ok) return found;
    const { release, waited } = await lockJob(found.value, control);
    try {
      // While another one ran, the file may have changed, the name of the job included.
      const again = waited ? await findJob(world, request, control) : found;
      if (!again.ok) return again;
      if (again.value.job.name === found.value.job.name) return good(await runJob(again.value, control));
    } finally {
      await release();
    }
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
  const oneOff = {
    world,
    engine,
    prepared: prepared.value,
    request,
    wish: { ...request.wish, name, attached: true },
    job,
  };
  return good({ job, oneOff, request });
}

/** One run, by whoever holds the lock. */
export async function runJob(found: FoundJob, control: Control): Promise<OnceResult> {
  const { job, oneOff: bare, request } = found;
  const container = job.name;
  const historyContext = historyContextOf(found, control);
  const first = await observeForRun(bare, control).catch((error: unknown) => {
    if (!(error instanceof TsfigError) || control.signal.aborted) throw error;
    return null; // it will fail once more, after what is known of the last runs has been heeded
  });
  const history = await readHistory(historyContext, first ? tracesOn(first, job) : await listJobTraces(historyContext));
  const waited = request.backoff && (await backOff(bare, history, control));
  const from = performance.now();
  const took = (): Milliseconds => ms(performance.now() - from);
  const facts = { [LABEL.job]: job.name, [LABEL.failures]: String(history.failures) };
  const oneOff = { ...bare, wish: { ...bare.wish, facts } };
  const making = { oneOff, historyContext, history };
  const outcomes = await makeJob(making, waited ? null : first, control);
  if (!allDone(outcomes)) return { container, outcomes, exitCode: null, late: false, took: took() };
  const ended = await runMade(making, { request, outcomes }, control);
  return { container, ...ended, took: took() };
}

interface Made {
  readonly request: OnceRequest;
  readonly outcomes: Outcomes;
  /** It was made again already. */
  readonly again?: boolean;
}

/** Runs the container to its end. Where somebody, as a prune, has removed it before it was started, it is made again, once. */
async function runMade(
  making: JobContext,
  { request, outcomes, again = false }: Made,
  control: Control,
): Promise<Pick<OnceResult, 'outcomes' | 'exitCode' | 'late'>> {
  const { oneOff } = making;
  const made = createdIn(outcomes, oneOff.wish.name);
  const start = { isDone: false };
  const onStarted = (): void => void (start.isDone = true);
  const run = { engine: oneOff.engine, container: made, grace: graceOf(oneOff), onStarted, ...terminalOf(request) };
  try {
    const end = await runAttached(run, control);
    await tellEnd(oneOff, { ...end, made }, control);
    return { outcomes, exitCode: end.exitCode, late: end.late };
  } catch (error) {
    if (again || start.isDone || !hasCode(error, 'container-not-found')) throw error;
  } finally {
    await cleanUp(making, { made, remove: request.remove }, control);
  }
  const second = await makeJob(making, null, control);
  if (!allDone(second)) return { outcomes: second, exitCode: null, late: false };
  return runMade(making, { request, outcomes: second, again: true }, control);
}

const historyContextOf = ({ job, oneOff: { engine, prepared } }: FoundJob, { signal }: Control): HistoryContext => ({
  engine,
  project: prepared.project.name,
  job,
  signal,
});

/** Whether the engine knows that the last run failed at once, so that the next one will wait by itself. */
export async function hasFailedBefore(found: FoundJob, control: Control): Promise<boolean> {
  const historyContext = historyContextOf(found, control);
  return (await readHistory(historyContext, await listJobTraces(historyContext))).failures > 0;
}

const tracesOn = ({ containers, volumes }: Observed, job: Job): JobTraces => ({
  leftovers: leftoversOf(containers, job),
  volumes,
});

/** Without the rest of the look, which may be what fails. */
async function listJobTraces({ engine, project, job, signal }: HistoryContext): Promise<JobTraces> {
  const [containers, volumes] = await Promise.all([
    engine.listContainers({ project, signal }),
    engine.listVolumes({ project, signal }),
  ]);
  return { leftovers: leftoversOf(containers, job), volumes };
}

/**
 * Takes away what the run leaves, with `--rm` its container, too; that it failed at once is noted first, because the next
 * run has nothing else to tell it by. What goes wrong here is told, and changes nothing about how the job ended.
 */
async function cleanUp(
  { oneOff, historyContext, history }: JobContext,
  { made, remove }: { readonly made: ContainerHandle; readonly remove: boolean },
  control: Control,
): Promise<void> {
  const after = { ...historyContext, signal: AbortSignal.timeout(NOTE_LIMIT) };
  const note = async (): Promise<void> => {
    const { last, ...known } = remove
      ? await readHistory(after, { ...(await listJobTraces(after)), volumes: [] }) // the note is of before
      : NOTHING;
    const before = history.volume;
    if (last) await recordFailure(after, { ...known, before, at: last.endedAt, exitCode: last.exitCode });
    else if (before !== null) await clearFailure(after, before);
  };
  await note().catch(() => undefined); // the next run does the same
  if (remove) await removeEnded(oneOff.engine, made, control);
}

const terminalOf = ({ terminal, limit }: OnceRequest) => ({ terminal, limit, tty: false, stdin: false });

/** Waits when the last runs failed at once, so that a supervisor that restarts them does not spin. Whether it has waited. */
async function backOff(
  { world, job }: OneOff,
  { failures, last, why }: JobHistory,
  control: Control,
): Promise<boolean> {
  const { clock } = world.host;
  if (!last || !job) return false;
  const pause = pauseLeft(pauseAfter(failures), last.endedAt, clock.now());
  if (pause === 0) return false;
  const { exitCode, ranFor } = last;
  await control.emit({ kind: 'backing-off', container: job.name, failures, exitCode, ranFor, why, pause });
  await clock.pause(pause, control.signal);
  return true;
}

interface JobContext {
  readonly oneOff: OneOff;
  readonly historyContext: HistoryContext;
  readonly history: JobHistory;
}

/** How long it may take to note a failure; on a clock of its own, like everything that cleans up. */
const NOTE_LIMIT = seconds(10);

/** Makes the container; what fails before there is one is noted, because nothing else tells the next run. */
async function makeJob(
  { oneOff, historyContext, history }: JobContext,
  snapshot: Observed | null,
  control: Control,
): Promise<Outcomes> {
  const note = async (why: string): Promise<void> => {
    if (control.signal.aborted) return;
    const at = oneOff.world.host.clock.now();
    const failure = { failures: history.failures + 1, before: history.volume, at, exitCode: null, why };
    await recordFailure({ ...historyContext, signal: AbortSignal.timeout(NOTE_LIMIT) }, failure).catch(() => undefined); // the failure itself counts
  };
  try {
    const outcomes = await makeOneOff(oneOff, snapshot ?? (await observeForRun(oneOff, control)), control);
    const failed = outcomes.map(({ outcome }) => outcome).find(isFailed);
    if (failed) await note(failed.message);
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
  { exitCode, late, outputFailure, made }: RunEnd & { readonly made: ContainerHandle },
  { emit, signal }: Control,
): Promise<void> {
  const warn = (code: string, message: string, hint: string | null = null) =>
    emit({ kind: 'warning', diagnostic: { ...problem(code, message, hint), severity: 'warning' } });
  if (late) await warn('deadline-passed', `${name} was stopped because it timed out`);
  if (outputFailure !== null && !signal.aborted) {
    await warn('output-lost', `the connection to the output of ${name} broke`, 'its log has all of it: tsfig logs');
  }
  if (exitCode !== KILLED) return;
  const looking = engine.inspectContainer(made, { signal: AbortSignal.timeout(NOTE_LIMIT) });
  const details = await looking.catch(() => null); // the code counts, whatever becomes of the engine
  if (!details?.outOfMemory) return;
  const limit = prepared.project.services.get(request.service)?.memLimit ?? null;
  const hint = limit === null ? 'the machine has too little' : 'raise mem_limit, or let the job use less';
  await warn('out-of-memory', `${name} was killed, because it ran out of memory`, hint);
}
