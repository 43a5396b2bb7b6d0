// Runs commands and tells how long they took.
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** @typedef {{ program: string, args: string[], cwd?: string, env?: Record<string, string> }} Command */

const LIMIT_MS = 300_000;
const KEPT_OF_STDERR = 4000;

const running = new Set();
let stopped = false;

/**
 * Runs a command to its end. Standard output is read and dropped unless `keep` asks for it. Rejects with one line when it
 * ends with another code than 0, cannot be started, or takes longer than `limit`.
 * @param {Command} command
 * @param {{ keep?: boolean, limit?: number }} [how]
 */
export function run({ program, args, cwd, env }, { keep = false, limit = LIMIT_MS } = {}) {
  // After Ctrl-C nothing is to begin any more; who waits for this waits until the process ends.
  if (stopped) return new Promise(() => undefined);
  return new Promise((resolve, reject) => {
    const from = performance.now();
    // A group of its own, so that what it has started in turn ends with it.
    const options = { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true };
    const child = spawn(program, args, options);
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child);
    }, limit);
    running.add(child);
    if (keep) child.stdout.on('data', (piece) => (stdout += piece));
    else child.stdout.resume();
    child.stderr.on('data', (piece) => (stderr = (stderr + piece).slice(-KEPT_OF_STDERR)));
    const end = () => {
      clearTimeout(timer);
      running.delete(child);
    };
    child.on('error', ({ code, message }) => {
      end();
      reject(new Error(code === 'ENOENT' ? `there is no ${program}` : message));
    });
    child.on('close', (code, signal) => {
      const ms = performance.now() - from;
      end();
      if (stopped) return;
      if (code === 0) resolve({ ms, stdout, stderr });
      else if (late) reject(new Error(`it took over ${limit / 1000} s`));
      else reject(new Error(`${signal ?? `exit code ${code}`}: ${lastLine(stderr)}`));
    });
  });
}

/** How many milliseconds a command takes. */
export const timeOf = async (command, how) => (await run(command, how)).ms;

/** The same command with its output going through a pipe, as in a shell, to a reader that drops it. */
export const piped = ({ program, args, ...rest }) => ({
  program: 'bash',
  args: ['-c', 'set -o pipefail; "$@" | cat >/dev/null', 'bash', program, ...args],
  ...rest,
});

/** Kills what runs, and lets nothing begin any more. */
export function stopAll() {
  stopped = true;
  for (const child of running) killGroup(child);
}

function killGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended already
  }
}

const lastLine = (text) => text.trimEnd().split('\n').at(-1).trim().slice(0, 200);
