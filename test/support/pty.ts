import { spawn } from 'node:child_process';
import { TSFIG, type Options, type Scenario } from './cli.js';

export interface Pty {
  /** Types; `\x03` is Ctrl-C. */
  readonly type: (text: string) => void;
  /** Resolves when the text is on the screen; rejects when the command ends without it. */
  readonly shows: (text: string) => Promise<void>;
  /** The exit code and everything that was on the screen. */
  readonly ended: Promise<{ readonly code: number; readonly screen: string }>;
}

/** Runs tsfig on a terminal of its own (util-linux `script`), 24 lines of 80 columns. The words need no quoting. */
export function onTerminal(scenario: Scenario, args: readonly string[], { env = {} }: Options = {}): Pty {
  const command = `stty rows 24 columns 80; ${process.execPath} ${TSFIG} ${args.join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: scenario.directory,
    env: { ...process.env, TSFIG_PROJECT_NAME: scenario.project, NO_COLOR: '1', SHELL: '/bin/sh', ...env },
  });
  let screen = '';
  let over = false;
  const watchers = new Set<() => void>();
  const tell = (): void => watchers.forEach((watcher) => watcher());
  child.stdout.on('data', (text: Buffer) => {
    screen += text.toString();
    tell();
  });
  const ended = new Promise<{ code: number; screen: string }>((resolve) => {
    child.on('close', (code) => {
      over = true;
      tell();
      resolve({ code: code ?? -1, screen });
    });
  });
  const shows = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (screen.includes(text)) resolve();
        else if (over) reject(new Error(`it ended without "${text}":\n${screen}`));
        else return;
        watchers.delete(look);
      };
      watchers.add(look);
      look();
    });
  return { type: (text) => void child.stdin.write(text), shows, ended };
}
