import type { Engine } from '../engine/engine.js';
import { LineCutter } from '../lib/lines.js';
import { ms } from '../lib/units.js';
import { hasCode } from '../model/errors.js';
import { LABEL } from '../model/names.js';
import type { ContainerDetails, ObservedContainer, ObservedVolume } from '../model/observed.js';
import { failuresOf, type LastRun } from '../plan/backoff.js';
import { isJobMemory, type Job } from '../plan/leftovers.js';
import { isUp } from '../plan/replicas.js';

/** What is known of a job's runs before this one. */
export interface JobHistory {
  /** How many in a row failed at once. */
  readonly failures: number;
  readonly last: LastRun | null;
  readonly why: string | null;
  /** The volume that tells it, because there was no container to do so. */
  readonly volume: string | null;
}

export const NOTHING: JobHistory = { failures: 0, last: null, why: null, volume: null };

export interface HistoryContext {
  readonly engine: Engine;
  readonly project: string;
  readonly job: Job;
  readonly signal: AbortSignal;
}

/** What the engine has of a job: what its runs left, and the project's volumes. */
export interface JobTraces {
  readonly leftovers: readonly ObservedContainer[];
  readonly volumes: readonly ObservedVolume[];
}

/** The engine is the only memory: the last container tells how it went, or a volume that there could be none. */
export async function readHistory(
  historyContext: HistoryContext,
  { leftovers, volumes }: JobTraces,
): Promise<JobHistory> {
  const { job } = historyContext;
  const note = volumes.find((volume) => isJobMemory(volume) && volume.labels[LABEL.job] === job.name);
  const noted = note ? readFailure(note) : NOTHING;
  const [newest] = leftovers.toSorted((a, b) => b.createdAt - a.createdAt);
  // A container that is younger than the note was made since; the list tells its second only.
  if (!newest || (noted.last && noted.last.endedAt >= newest.createdAt * 1000)) return noted;
  return { ...(await readContainerHistory(historyContext, newest)), volume: noted.volume };
}

async function readContainerHistory(
  { engine, signal }: HistoryContext,
  newest: ObservedContainer,
): Promise<JobHistory> {
  if (isUp(newest) || newest.exitCode === 0) return NOTHING;
  try {
    const details = await engine.inspectContainer(newest.id, { signal });
    const last = lastRunOf(newest, details);
    // One that was never started, because its tsfig was killed before, says nothing of its own and passes on what it knew.
    const unused = last.exitCode === 0 && details.startedAt === null;
    const failures = unused ? last.failuresBefore : failuresOf(last);
    if (failures === 0) return NOTHING;
    return { failures, last, why: await whyOf({ engine, details, image: newest.image }, signal), volume: null };
  } catch (error) {
    if (hasCode(error, 'container-not-found')) return NOTHING; // removed by someone else meanwhile, and its history with it
    throw error;
  }
}

function lastRunOf({ labels, createdAt }: ObservedContainer, details: ContainerDetails): LastRun {
  const { exitCode, outOfMemory, startedAt, finishedAt } = details;
  const failuresBefore = Number(labels[LABEL.failures] ?? '0');
  const started = startedAt === null ? null : Date.parse(startedAt);
  // Of one that never started only the second of its creation is known: its end, so that no pause is cut short.
  const ended = started === null || finishedAt === null ? (createdAt + 1) * 1000 : Date.parse(finishedAt);
  return { failuresBefore, exitCode, outOfMemory, ranFor: ms(started === null ? 0 : ended - started), endedAt: ended };
}

const NO_PROGRAM = /exec: "?([^":]+)"?: .*(?:not found|no such file or directory)/;
const LONGEST_WORDS = 300;

interface Asking {
  readonly engine: Engine;
  readonly details: ContainerDetails;
  readonly image: string;
}

/** Why it failed, in one line: the engine's words when it could not be started, else the last line of its log. */
async function whyOf({ engine, details, image }: Asking, signal: AbortSignal): Promise<string | null> {
  const { startError, outOfMemory } = details;
  const program = startError === null ? undefined : NO_PROGRAM.exec(startError)?.[1];
  if (program !== undefined) return `"${program}" not found in image ${image}`;
  if (startError !== null) return startError.trim().replaceAll(/\s+/g, ' ').slice(0, LONGEST_WORDS);
  return outOfMemory ? 'out of memory' : await lastLine(engine, details, signal);
}

/** Lines among which the last one of standard error is looked for: what a job complains of last says most. */
const LAST_LINES = 20;

async function lastLine(engine: Engine, { id, tty }: ContainerDetails, signal: AbortSignal): Promise<string | null> {
  const cutters = { stdout: new LineCutter(LONGEST_WORDS), stderr: new LineCutter(LONGEST_WORDS) };
  const last: { stdout?: string; stderr?: string } = {};
  const wanted = { tty, follow: false, timestamps: false, tail: LAST_LINES, since: null, until: null, signal };
  try {
    for await (const { stream, bytes } of engine.logs(id, wanted)) {
      for (const line of cutters[stream].push(bytes)) last[stream] = line;
    }
  } catch (error) {
    if (!hasCode(error, 'log-unreadable', 'container-not-found')) throw error;
  }
  return cutters.stderr.end() ?? last.stderr ?? cutters.stdout.end() ?? last.stdout ?? null;
}

function readFailure({ name, labels }: ObservedVolume): JobHistory {
  const failures = Number(labels[LABEL.failures] ?? '0') || 0;
  const endedAt = Date.parse(labels[LABEL.failedAt] ?? '') || 0;
  const code = labels[LABEL.failedWith];
  const exitCode = code === undefined ? null : Number(code);
  const last = { failuresBefore: failures - 1, exitCode, outOfMemory: false, ranFor: ms(0), endedAt };
  return { failures, last, why: labels[LABEL.failure] || null, volume: name };
}

interface FailureNote {
  readonly failures: number;
  /** The volume with the note before this one, or null. */
  readonly before: string | null;
  readonly at: number;
  /** Null when there never was a container. */
  readonly exitCode: number | null;
  readonly why: string | null;
}

/**
 * Notes that a run failed where no container is left to tell: on a volume that holds nothing, because labels cannot be
 * changed and nothing else can be made without an image. The next run that gets its container removes it, and so does `down`.
 */
export async function recordFailure(
  historyContext: HistoryContext,
  { failures, before, at, exitCode, why }: FailureNote,
): Promise<void> {
  const { engine, project, job, signal } = historyContext;
  if (before !== null) await clearFailure(historyContext, before);
  const labels = {
    [LABEL.project]: project,
    [LABEL.job]: job.name,
    [LABEL.failures]: String(failures),
    [LABEL.failedAt]: new Date(at).toISOString(),
    ...(exitCode !== null && { [LABEL.failedWith]: String(exitCode) }),
    [LABEL.failure]: why?.split('\n', 1)[0]?.slice(0, LONGEST_WORDS) ?? '',
  };
  await engine.createVolume({ name: `${job.name}_failed`, driver: null, labels }, { signal });
}

/** `volume` is one that `readHistory` has found. */
export async function clearFailure({ engine, signal }: HistoryContext, volume: string): Promise<void> {
  try {
    await engine.removeVolume(volume, { signal });
  } catch (error) {
    if (!hasCode(error, 'not-found', 'engine-conflict')) throw error;
  }
}
