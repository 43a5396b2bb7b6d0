import type { ErrorCode } from '../model/errors.js';

export const EXIT_OK = 0;
/** Anything tsfig could not do, a bad file and bad usage included. */
export const EXIT_FAILED = 1;
/** `plan --exit-code`: there is something to do; `units --check`: the folder differs. */
export const EXIT_CHANGES = 2;
/** `run --timeout`: the job timed out, as with timeout(1). */
export const EXIT_LATE = 124;
/** Another process holds the lock (EX_TEMPFAIL of sysexits.h). */
const EXIT_BUSY = 75;
/** `run`: tsfig or the engine failed, not the command. */
export const EXIT_RUN_FAILED = 125;
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
export type StopSignal = keyof typeof SIGNAL_NUMBERS;
export const STOP_SIGNALS = Object.keys(SIGNAL_NUMBERS) as StopSignal[];

/** 129, 130 or 143, as shells have it. */
export const exitCodeOf = (signal: StopSignal): number => 128 + SIGNAL_NUMBERS[signal];

/** Codes that mean the same in every command; a command's own failure code stands for the rest. */
const OWN_CODES: Partial<Record<ErrorCode, number>> = { 'lock-busy': EXIT_BUSY };
const RUN_CODES: Partial<Record<ErrorCode, number>> = {
  ...OWN_CODES,
  'command-not-executable': EXIT_NOT_EXECUTABLE,
  'command-not-found': EXIT_NOT_FOUND,
};

/** The exit code for an error; `run` has codes of its own, because its command's may be any. */
export const codeForError = (code: ErrorCode, inRun: boolean): number =>
  inRun ? (RUN_CODES[code] ?? EXIT_RUN_FAILED) : (OWN_CODES[code] ?? EXIT_FAILED);
