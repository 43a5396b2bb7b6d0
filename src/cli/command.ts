import type { Command } from 'commander';
import type { ProjectRequest } from '../actions/find-file.js';
import type { ContainersResult } from '../actions/on-containers.js';
import type { World } from '../actions/world.js';
import { safe } from '../lib/safe-text.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import { allDone, type Outcomes } from '../model/plan.js';
import { EXIT_FAILED, EXIT_OK } from './exit-codes.js';
import type { Output } from './output.js';

/** What every command works with. */
export interface Context {
  readonly world: World;
  readonly control: Control;
  readonly output: Output;
  readonly project: ProjectRequest;
  /** Steps at a time. */
  readonly parallel: number;
  /** Whether a signal asked tsfig to stop. */
  readonly isSignalled: () => boolean;
  /** From now on a reader that takes nothing is not waited for long. */
  readonly hurry: () => void;
  /** Tells the problems of the user's input and answers the exit code for them. */
  readonly report: (problems: readonly Diagnostic[]) => number;
}

export interface RunOptions {
  /** `run` has failure codes of its own. */
  readonly inRun?: boolean;
  readonly noColor?: boolean;
  readonly noPrefix?: boolean;
  /** As with `--progress quiet`. */
  readonly quiet?: boolean;
  /** What it does counts, not what it shows: it goes on to its end, and to its own code, when nobody reads its output any more. */
  readonly outlivesReader?: boolean;
}

/** Runs a command's work and turns its end into the exit code. */
export type Run = (work: (context: Context) => Promise<number>, options?: RunOptions) => Promise<void>;

/** Adds one command to the program. */
export type Register = (program: Command, run: Run) => void;

export const codeFor = (outcomes: Outcomes): number => (allDone(outcomes) ? EXIT_OK : EXIT_FAILED);

/** Says what has no container to work on. Whether there was something to say. */
export function reportMissing(
  { output }: Context,
  verb: string,
  { containers, missing }: Pick<ContainersResult, 'containers' | 'missing'>,
): boolean {
  if (containers.length > 0 && missing.length === 0) return false;
  output.note(safe`No containers to ${verb}${missing.length === 0 ? '' : ` for ${missing.join(', ')}`}`);
  return true;
}

/** Help text with an example under it. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
