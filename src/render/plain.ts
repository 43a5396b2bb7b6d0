import { joinLines, joinSafe, painted, safe, sanitizeLines, type SafeText, verbatim } from '../lib/safe-text.js';
import { holderText, type RunEvent } from '../model/event.js';
import type { Outcome, Plan, Step, StepId, StepKind } from '../model/plan.js';
import { diagnosticToText } from './diagnostic.js';
import { failureToText } from './failure.js';
import { type LogNames, logLineText } from './log-prefix.js';
import { backingOffText, jobEndedText } from './job.js';
import { causeToText, subjectOf, type Task, taskOf, tasksOf } from './tasks.js';

/** A wait that is over sooner is no news: most containers are ready at once. In milliseconds. */
export const SHORT_WAIT = 1000;

/** One line (or none) an event, for logs of supervisors and build machines; the words are docker-compose's. */
export type LineRenderer = (event: RunEvent) => SafeText | undefined;

/** Renders every event, remembering the plan, because several steps make one line. Lines are without their newline. */
export function plainRenderer(names: LogNames): LineRenderer {
  const context = newContext(names);
  return (event) => eventToLine(event, context);
}

/** Waits that have no end of their own. */
const WAITS: ReadonlySet<RunEvent['kind']> = new Set(['backing-off', 'waiting-for-lock']);

/** Only what went wrong, what is waited for without end, and the containers' own lines. */
export function quietRenderer(names: LogNames): LineRenderer {
  const context = newContext(names);
  return (event) => {
    const line = eventToLine(event, context);
    const isLoud = event.kind === 'log-line' || event.kind === 'warning' || WAITS.has(event.kind) || isFailure(event);
    return isLoud ? line : undefined;
  };
}

/** What a live view does not show by itself: everything but the steps' progress; of the steps only why one failed. */
export function noticeRenderer(names: LogNames): LineRenderer {
  const context = newContext(names);
  return (event) => {
    if (isFailure(event)) return failureToText(subjectOf(event.step), event.outcome);
    return event.kind.startsWith('step-') ? undefined : eventToLine(event, context);
  };
}

type Ended = Extract<RunEvent, { readonly kind: 'step-ended' }>;
type Failed = Ended & { readonly outcome: Extract<Outcome, { readonly kind: 'failed' }> };

const isFailure = (event: RunEvent): event is Failed => event.kind === 'step-ended' && event.outcome.kind === 'failed';

interface Context {
  readonly names: LogNames;
  works: readonly Work[];
  /** Names of which it was said already that they are skipped. */
  readonly skipped: Set<string>;
}

/** A task on its way. */
interface Work {
  readonly task: Task;
  /** Ids of its steps that have not ended. */
  readonly open: Set<string>;
  failed: boolean;
}

const newContext = (names: LogNames): Context => ({ names, works: [], skipped: new Set() });
const workOf = (task: Task): Work => ({ task, open: new Set(task.stepIds), failed: false });

type Formatters = {
  readonly [K in RunEvent['kind']]: (event: Extract<RunEvent, { kind: K }>, context: Context) => SafeText | undefined;
};

const FORMAT: Formatters = {
  'plan-ready': ({ plan }, context) => announce(plan, context),
  'waiting-for-lock': ({ holder }) => safe`Waiting for another tsfig to finish (${holderText(holder)})`,
  'step-started': ({ step }) => startToText(step),
  'step-progress': () => undefined,
  'step-output': ({ text }) => sanitizeLines(text.replace(/\r?\n$/, '')),
  'step-ended': ({ step, outcome }, context) => endToText(step, outcome, context),
  attached: ({ project, containers }, { names }) => {
    names.useProject(project);
    names.add(containers);
    return containers.length === 0 ? undefined : safe`Attaching to ${containers.join(', ')}`;
  },
  'log-line': ({ container, text }, { names }) =>
    joinSafe([names.styleOf(container).prefix, verbatim(logLineText(text))]),
  'container-exited': ({ container, exitCode, restarting }, { names }) =>
    painted(
      safe`${container} exited with code ${exitCode}${restarting ? ' (restarting)' : ''}`,
      names.styleOf(container).paint,
    ),
  'backing-off': backingOffText,
  'job-ended': jobEndedText,
  stopping: () => safe`Gracefully stopping... (press Ctrl+C again to force)`,
  killing: () => safe`Killing...`,
  warning: ({ diagnostic }) => diagnosticToText(diagnostic),
};

function eventToLine(event: RunEvent, context: Context): SafeText | undefined {
  const format = FORMAT[event.kind] as (event: RunEvent, context: Context) => SafeText | undefined;
  return format(event, context);
}

function announce(plan: Plan, context: Context): SafeText | undefined {
  context.names.useProject(plan.project);
  context.works = tasksOf(plan).map(workOf);
  context.skipped.clear();
  if (plan.unchanged.length === 0) return undefined;
  return joinLines(plan.unchanged.map((container) => safe`${container} is up-to-date`));
}

/** Only what may take minutes is worth a line of its own. */
function startToText(step: Step): SafeText | undefined {
  if (step.kind === 'pull-image') return safe`Pulling ${step.service} (${step.image})...`;
  if (step.kind === 'build-image') return safe`Building ${step.build.services.join(', ')}`;
  return undefined;
}

function endToText(step: Step, outcome: Outcome, context: Context): SafeText | undefined {
  const work = context.works.find(({ open }) => open.has(step.id)) ?? workOf(taskOf(step));
  work.open.delete(step.id);
  switch (outcome.kind) {
    case 'done':
      return work.open.size === 0 && !work.failed ? doneToText(work.task, outcome.took) : undefined;
    case 'failed':
      work.failed = true;
      return joinLines([safe`${headOf(work.task)} ... error`, failureToText(subjectOf(step), outcome)]);
    case 'skipped':
      work.failed = true;
      return skippedToText(step, outcome.because, { work, context });
    case 'cancelled':
      work.failed = true;
      return undefined;
    default:
      return outcome satisfies never;
  }
}

function doneToText(task: Task, took: number): SafeText | undefined {
  if (task.quiet || (task.kind === 'wait' && took < SHORT_WAIT)) return undefined;
  return task.kind === 'thing' ? task.title : safe`${headOf(task)} ... done`;
}

/** The line that told of the start of a pull has the image already. */
const headOf = ({ kind, verb, name, title }: Task): SafeText => (kind === 'pull' ? safe`${verb} ${name}` : title);

interface Skipping {
  readonly work: Work;
  readonly context: Context;
}

function skippedToText(step: Step, because: StepId, { work, context }: Skipping): SafeText | undefined {
  const participle = PARTICIPLE[step.kind];
  const { quiet, name } = work.task;
  if (quiet || participle === undefined || context.skipped.has(name)) return undefined;
  context.skipped.add(name);
  const cause = context.works.find(({ task }) => task.stepIds.includes(because));
  return safe`${name} was not ${participle} because ${causeToText(cause?.task, cause?.failed ?? true)}`;
}

/** What has not happened when a step is skipped; undefined: nobody misses it. */
const PARTICIPLE: Readonly<Record<StepKind, string | undefined>> = {
  'pull-image': 'pulled',
  'build-image': 'built',
  'remove-image': 'removed',
  'create-network': 'created',
  'remove-network': 'removed',
  'connect-network': 'connected',
  'disconnect-network': 'disconnected',
  'create-volume': 'created',
  'remove-volume': 'removed',
  'create-container': 'created',
  'attach-container': 'started',
  'start-container': 'started',
  'wait-ready': undefined,
  'stop-container': 'stopped',
  'kill-container': 'killed',
  'restart-container': 'restarted',
  'unpause-container': 'unpaused',
  'rename-container': 'replaced',
  'remove-container': 'removed',
};
