import pc from 'picocolors'; // saves knowing escape sequences
import { joinSafe, painted, safe, sanitize, type SafeText } from '../lib/safe-text.js';
import { durationToText } from '../lib/units.js';
import type { LiveState, LiveTask } from './tty-state.js';
import { partsToLines, transferToText } from './transfer.js';
import { SHORT_WAIT } from './plain.js';
import { cutTo, shorten, widthOf } from './width.js';

/** The terminal a frame is for. */
export interface Screen {
  readonly columns: number;
  /** The frame is at most this high; what is finished is folded first. */
  readonly rows: number;
  readonly colour: boolean;
}

/** The live view as lines without newlines, none wider than the screen. `now` is in milliseconds, as told to `reduce`. */
export function frame(state: LiveState, screen: Screen, now: number): readonly SafeText[] {
  const visible = state.tasks.filter((live) => isVisible(live, now));
  const folded = fold(visible, screen.rows);
  const lines = folded.tasks.map((live) => ({ live, text: taskLine(live, screen, now) }));
  let room = screen.rows - lines.length - folded.notes.length;
  const detailed = lines.flatMap(({ live, text }) => {
    const details = live.status === 'running' ? partsToLines(live.transfer).slice(0, Math.max(0, room)) : [];
    room -= details.length;
    return [text, ...details.map((detail) => paintSpans([{ text: safe`  ${detail}` }], screen))];
  });
  return [...folded.notes.map((text) => paintSpans([{ text, look: 'dim' }], screen)), ...detailed];
}

/** What has begun, unless it is not worth a line: quiet steps that go well, and waits that are over at once. */
function isVisible({ task, status, shown, startedAt, endedAt }: LiveTask, now: number): boolean {
  if (shown || status === 'pending') return false;
  if (status === 'failed') return true;
  if (task.quiet) return false;
  if (task.kind !== 'wait') return true;
  const isNews = status === 'running' || status === 'done';
  return isNews && (endedAt ?? now) - (startedAt ?? now) >= SHORT_WAIT;
}

interface Folded {
  readonly tasks: readonly LiveTask[];
  readonly notes: readonly SafeText[];
}

/** As many tasks as there are rows, those on their way and those that failed before those that are done. */
function fold(tasks: readonly LiveTask[], rows: number): Folded {
  if (tasks.length <= rows) return { tasks, notes: [] };
  const alive = tasks.filter(({ status }) => status === 'running' || status === 'failed');
  const ended = tasks.filter(({ status }) => status !== 'running' && status !== 'failed');
  const room = Math.max(0, rows - 1);
  const kept = new Set([...alive.slice(0, room), ...ended.slice(ended.length - Math.max(0, room - alive.length))]);
  const finished = ended.filter((live) => !kept.has(live)).length;
  const more = alive.length - Math.min(alive.length, room);
  const words = [finished > 0 ? `${finished} finished` : '', more > 0 ? `${more} more on their way` : ''];
  return {
    tasks: tasks.filter((live) => kept.has(live)),
    notes: rows > 0 ? [sanitize(words.filter(Boolean).join(', '))] : [],
  };
}

type Look = 'green' | 'red' | 'yellow' | 'dim';

interface Piece {
  readonly text: SafeText;
  readonly look?: Look;
}

function taskLine(live: LiveTask, screen: Screen, now: number): SafeText {
  const status: Piece[] = [{ text: safe` ... ` }, statusPiece(live, now)];
  const taken = status.reduce((total, { text }) => total + widthOf(text), 0);
  const title = shorten(live.task.title, Math.max(screen.columns - taken, 1));
  return paintSpans([{ text: title }, ...status, { text: detailOf(live, now), look: 'dim' }], screen);
}

const SPINNER = ['|', '/', '-', '\\'] as const;
/** Milliseconds that each picture of the spinner stands. */
const SPINNER_TURN = 125;

function statusPiece({ status }: LiveTask, now: number): Piece {
  switch (status) {
    case 'running':
      return { text: sanitize(SPINNER[Math.floor(now / SPINNER_TURN) % SPINNER.length] ?? '') };
    case 'done':
      return { text: safe`done`, look: 'green' };
    case 'failed':
      return { text: safe`error`, look: 'red' };
    case 'skipped':
      return { text: safe`skipped`, look: 'yellow' };
    case 'cancelled':
      return { text: safe`cancelled`, look: 'yellow' };
    case 'pending':
      return { text: safe`` };
    default:
      return status satisfies never;
  }
}

/** A second of work needs no clock. */
const SHORT_WORK = 1000;

function detailOf({ status, startedAt, endedAt, transfer, output, because }: LiveTask, now: number): SafeText {
  if (because !== null) return safe`  because ${because}`;
  const length = (endedAt ?? now) - (startedAt ?? now);
  // Whole seconds while it runs: tenths would only flicker.
  const clock = length < SHORT_WORK ? '' : durationToText(endedAt === null ? Math.floor(length / 1000) * 1000 : length);
  const details = status === 'running' ? [transferToText(transfer), clock, sanitize(output.at(-1) ?? '')] : [clock];
  return joinSafe(details.filter((detail) => detail !== '').map((detail) => safe`  ${detail}`));
}

/** The pieces as one coloured line, cut where the screen ends. */
function paintSpans(pieces: readonly Piece[], { columns, colour }: Screen): SafeText {
  const colours = pc.createColors(colour);
  let room = columns;
  return joinSafe(
    pieces.map(({ text, look }) => {
      const fitting = cutTo(text, room);
      room = fitting === text ? room - widthOf(fitting) : 0;
      return look === undefined || fitting === '' ? fitting : painted(fitting, colours[look]);
    }),
  );
}
