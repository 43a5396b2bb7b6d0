import type { SafeText } from '../lib/safe-text.js';
import type { RunEvent } from '../model/event.js';
import type { Step } from '../model/plan.js';
import { frame, type Screen } from '../render/tty.js';
import { isSettled, type LiveState, markShown, NO_TASKS, outputOf, reduce } from '../render/tty-state.js';
import { widthOf } from '../render/width.js';
import type { Sink } from './sink.js';

/** Between two frames, in milliseconds: faster than ten a second nobody sees. */
const FRAME_PAUSE = 100;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_LINE = '\u001b[2K';
const CLEAR_BELOW = '\u001b[J';

interface LiveViewOptions {
  /** The terminal, and what is printed to it by way of standard output (null when that goes elsewhere). */
  readonly screen: Sink;
  readonly logs: Sink | null;
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly colour: boolean;
  readonly now: () => number;
  /** Told once when the view cannot be drawn; it is not tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** Draws the frame at the bottom of a terminal, and keeps it below everything else that is printed. */
export class LiveView {
  readonly #options: LiveViewOptions;
  #state: LiveState = NO_TASKS;
  /** What stands on the screen, to be overwritten. */
  #drawn: readonly SafeText[] = [];
  #drawnAt = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #isCursorHidden = false;
  #hasFailed = false;

  constructor(options: LiveViewOptions) {
    this.#options = options;
  }

  /** A frame is going to be drawn within a moment, and log lines are printed with it. */
  get isAwaited(): boolean {
    return this.#timer !== null;
  }

  update(event: RunEvent): void {
    if (this.#hasFailed) return;
    if (event.kind === 'plan-ready') this.settle();
    this.#state = reduce(this.#state, event, this.#options.now());
    if (!('step' in event) && event.kind !== 'plan-ready') return;
    if (isSettled(this.#state)) this.settle();
    else this.#await();
  }

  /** The last lines of what the step has put out. */
  outputOf(step: Step): readonly SafeText[] {
    return outputOf(this.#state, step);
  }

  /** Prints lines above the frame. */
  above(text: SafeText): void {
    this.erase();
    this.#options.logs?.flush();
    void this.#options.screen.write(`${text}\n`);
    this.#options.screen.flush();
    this.#awaitIfNeeded();
  }

  /** Takes the frame off the screen, so that something can be printed there. */
  erase(): void {
    if (this.#drawn.length === 0) return;
    this.#print(this.#upwards() + CLEAR_BELOW);
    this.#drawn = [];
    this.#awaitIfNeeded();
  }

  /** Leaves everything that has begun on the screen for good, and gives the cursor back. */
  settle(): void {
    this.#stopTimer();
    this.#draw(Infinity);
    this.#drawn = [];
    this.#state = markShown(this.#state);
    if (this.#isCursorHidden) this.#print(SHOW_CURSOR);
    this.#isCursorHidden = false;
  }

  #awaitIfNeeded(): void {
    if (!isSettled(this.#state)) this.#await();
  }

  #await(): void {
    if (this.#timer) return;
    const pause = Math.max(0, Math.min(FRAME_PAUSE, this.#drawnAt + FRAME_PAUSE - this.#options.now()));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#draw(this.#options.size().rows - 1); // the line below the frame is the cursor's
      if (!isSettled(this.#state)) this.#await(); // the spinner turns and the clock runs
    }, pause);
    this.#timer.unref();
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #draw(rows: number): void {
    const { screen, logs, size, colour, now } = this.#options;
    this.#drawnAt = now();
    if (logs?.hasText) {
      this.erase();
      logs.flush();
    }
    if (screen.isBlocked && Number.isFinite(rows)) return; // a slow terminal gets fewer frames
    const lines = this.#frame({ columns: size().columns, rows: Math.max(1, rows), colour });
    if (lines.length === 0 && this.#drawn.length === 0) return;
    const hide = this.#isCursorHidden ? '' : HIDE_CURSOR;
    this.#isCursorHidden = true;
    this.#print(hide + this.#upwards() + lines.map((line) => `${CLEAR_LINE}${line}\n`).join('') + CLEAR_BELOW);
    this.#drawn = lines;
  }

  #frame(screen: Screen): readonly SafeText[] {
    try {
      return frame(this.#state, screen, this.#options.now());
    } catch (error) {
      this.#hasFailed = true;
      this.#state = NO_TASKS;
      this.#options.onFailure(error);
      return [];
    }
  }

  #print(text: string): void {
    void this.#options.screen.write(text);
    this.#options.screen.flush();
  }

  /** To where the frame begins; a terminal that has become narrower shows a line of it as several. */
  #upwards(): string {
    const { columns } = this.#options.size();
    const height = this.#drawn.reduce((rows, line) => rows + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    return height === 0 ? '' : `\r\u001b[${height}A`;
  }
}
