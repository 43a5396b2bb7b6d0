import { sanitize, type SafeText } from '../lib/safe-text.js';
import type { RunEvent } from '../model/event.js';
import type { Outcome, Step } from '../model/plan.js';
import { causeToText, type Task, taskOf, tasksOf } from './tasks.js';
import { NO_TRANSFER, noteProgress, type Transfer } from './transfer.js';

/** What the live view knows. */
export interface LiveState {
  readonly tasks: readonly LiveTask[];
}

/** A task on its way. Times are in milliseconds. */
export interface LiveTask {
  readonly task: Task;
  readonly status: 'pending' | 'running' | 'done' | 'failed' | 'skipped' | 'cancelled';
  /** Ids of its steps that have not ended. */
  readonly open: readonly string[];
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly transfer: Transfer;
  /** The last lines of a build's output. */
  readonly output: readonly SafeText[];
  /** Why it was skipped, such as `pulling web failed`. */
  readonly because: SafeText | null;
  /** It stands above the view for good. */
  readonly shown: boolean;
}

export const NO_TASKS: LiveState = { tasks: [] };

/** The state after an event, told at `now`. A new plan replaces what was there. */
export function reduce(state: LiveState, event: RunEvent, now: number): LiveState {
  if (event.kind === 'plan-ready') return { tasks: tasksOf(event.plan).map(newTask) };
  if ('step' in event) return change(state, event.step, (live) => ({ ...live, ...news(state, live, event, now) }));
  return state;
}

type StepEvent = Extract<RunEvent, { readonly step: Step }>;

function news(state: LiveState, live: LiveTask, event: StepEvent, now: number): Partial<LiveTask> {
  switch (event.kind) {
    case 'step-started':
      return { status: live.status === 'pending' ? 'running' : live.status, startedAt: live.startedAt ?? now };
    case 'step-progress':
      return { transfer: noteProgress(live.transfer, event.progress, now) };
    case 'step-output':
      return { output: [...live.output, ...linesOf(event.text)].slice(-KEPT_LINES) };
    case 'step-ended':
      return end(state, live, event, now);
    default:
      return event satisfies never;
  }
}

/** Nothing is on its way and nothing is going to begin. */
export const isSettled = (state: LiveState): boolean =>
  !state.tasks.some(({ status, task }) => status === 'running' || (status === 'pending' && !task.rescue));

/** The state once everything that a frame shows stands above the view for good. */
export const markShown = (state: LiveState): LiveState => ({
  tasks: state.tasks.map((live) => (live.status === 'pending' ? live : { ...live, shown: true })),
});

const newTask = (task: Task): LiveTask => ({
  task,
  status: 'pending',
  open: task.stepIds,
  startedAt: null,
  endedAt: null,
  transfer: NO_TRANSFER,
  output: [],
  because: null,
  shown: false,
});

/** Changes the task of the step; one that no plan announced gets a task of its own. */
function change(state: LiveState, step: Step, by: (live: LiveTask) => LiveTask): LiveState {
  const position = state.tasks.findIndex(({ open }) => open.includes(step.id));
  if (position === -1) return { tasks: [...state.tasks, by(newTask(taskOf(step)))] };
  return { tasks: state.tasks.map((live, at) => (at === position ? by(live) : live)) };
}

type Ended = Extract<RunEvent, { readonly kind: 'step-ended' }>;

function end(state: LiveState, live: LiveTask, { step, outcome }: Ended, now: number): Partial<LiveTask> {
  const open = live.open.filter((id) => id !== step.id);
  if (live.endedAt !== null) return { open }; // it failed already
  if (outcome.kind !== 'done') return { open, status: outcome.kind, endedAt: now, because: causeOf(state, outcome) };
  return open.length === 0 ? { open, status: 'done', endedAt: now } : { open };
}

function causeOf({ tasks }: LiveState, outcome: Outcome): SafeText | null {
  if (outcome.kind !== 'skipped') return null;
  const cause = tasks.find(({ task }) => task.stepIds.includes(outcome.because));
  return causeToText(cause?.task, cause?.status !== 'done' && cause?.status !== 'running');
}

/** Of a build that fails, its last lines are shown; as many as help without filling the terminal. */
const KEPT_LINES = 20;

const linesOf = (text: string): SafeText[] =>
  text
    .split(/[\r\n]+/)
    .map(sanitize)
    .filter((line) => line.trim() !== '');

/** The last lines of output of the step that is on its way; none for most. */
export const outputOf = (state: LiveState, step: Step): readonly SafeText[] =>
  state.tasks.find(({ open }) => open.includes(step.id))?.output ?? [];
