import type { Release } from '../host/host.js';
import { ms, type Milliseconds } from '../lib/units.js';
import { good, problem, type Checked, type Diagnostic } from '../model/diagnostic.js';
import { TsfigError, type ErrorCode } from '../model/errors.js';
import type { Control } from '../model/event.js';
import { pauseAfter } from '../plan/backoff.js';
import { lockJob } from './lock-job.js';
import { findJob, hasFailedBefore, runJob, type FoundJob, type OnceRequest, type OnceResult } from './once.js';
import type { World } from './world.js';

export interface RepeatRequest extends OnceRequest {
  /** From the start of one run to the start of the next; a run that takes longer is followed at once. */
  readonly every: Milliseconds;
}

/**
 * Runs a job again and again inside this process, each time as `once` would, the file read anew, and holds its lock all
 * the while. Ends with the signal only: with the last run's result when one was stopped by it, else by throwing the
 * signal's reason. A file that is wrong from the beginning, or a busy lock, ends it, too.
 */
export async function repeat(world: World, request: RepeatRequest, control: Control): Promise<Checked<OnceResult>> {
  const loop = new Loop(world, request, control);
  try {
    return await loop.run();
  } finally {
    await loop.release();
  }
}

const ENDS: ReadonlySet<ErrorCode> = new Set(['interrupted', 'lock-busy']);

class Loop {
  readonly #world: World;
  readonly #request: RepeatRequest;
  readonly #control: Control;
  #lock: { readonly name: string; readonly release: Release } | null = null;
  /** Runs in a row that failed where the engine does not remember it. */
  #unrecorded = 0;

  constructor(world: World, request: RepeatRequest, control: Control) {
    this.#world = world;
    this.#request = request;
    this.#control = control;
  }

  async run(): Promise<Checked<OnceResult>> {
    const { clock } = this.#world.host;
    const { signal } = this.#control;
    for (let run = 1; ; run += 1) {
      const begun = performance.now();
      const result = await this.#once();
      if (!result.ok && this.#lock === null) return result;
      if (signal.aborted && result.ok) return result;
      if (!result.ok) await this.#tell(result.problems);
      const elapsed = ms(performance.now() - begun);
      const pause = this.#pause(elapsed);
      const { exitCode, took } = result.ok ? result.value : { exitCode: null, took: elapsed };
      await this.#control.emit({ kind: 'job-ended', service: this.#request.service, run, exitCode, took, pause });
      await clock.pause(pause, signal);
    }
  }

  async release(): Promise<void> {
    await this.#lock?.release();
    this.#lock = null;
  }

  /** What is thrown is told and counts as a failed run, but for what ends the loop. */
  async #once(): Promise<Checked<OnceResult>> {
    let found: Checked<FoundJob> | null = null;
    try {
      found = await findJob(this.#world, this.#request, this.#control);
      if (!found.ok) {
        this.#unrecorded += 1;
        return found;
      }
      await this.#takeLock(found.value);
      const result = await runJob(found.value, this.#control);
      await this.#count(result.exitCode === null ? found.value : null);
      return good(result);
    } catch (error) {
      if (!(error instanceof TsfigError) || ENDS.has(error.code)) throw error;
      await this.#count(found?.ok ? found.value : 'no engine');
      await this.#tell([problem(error.code, error.message, error.hint ?? null)]);
      return good({ container: '', outcomes: [], exitCode: null, late: false, took: ms(0) });
    }
  }

  /** The file is read anew each time, and may give the job another name. */
  async #takeLock(found: FoundJob): Promise<void> {
    if (this.#lock?.name === found.job.name) return;
    await this.release();
    const { release } = await lockJob(found, this.#control);
    this.#lock = { name: found.job.name, release };
  }

  /** `failed`: what has just failed, which the engine may know of or not; null: nothing has. */
  async #count(failed: FoundJob | 'no engine' | null): Promise<void> {
    const isRecorded = failed !== null && failed !== 'no engine' && (await this.#hasFailedBefore(failed));
    this.#unrecorded = failed === null || isRecorded ? 0 : this.#unrecorded + 1;
  }

  async #hasFailedBefore(found: FoundJob): Promise<boolean> {
    return hasFailedBefore(found, this.#control).catch(() => false);
  }

  /** Until the next run: what is left of `every`, and longer where nothing else keeps a job that cannot work from spinning. */
  #pause(elapsed: Milliseconds): Milliseconds {
    const rest = Math.max(0, this.#request.every - elapsed);
    return ms(this.#unrecorded === 0 ? rest : Math.max(rest, pauseAfter(this.#unrecorded + 1)));
  }

  async #tell(problems: readonly Diagnostic[]): Promise<void> {
    for (const diagnostic of problems) await this.#control.emit({ kind: 'warning', diagnostic });
  }
}
