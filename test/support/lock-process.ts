import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { LockId } from '../../src/host/host.js';

/** `host/lock.ts` and what it needs, as a module that another process can import. */
const [bundle] = buildSync({
  entryPoints: [fileURLToPath(new URL('../../src/host/lock.ts', import.meta.url))],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
}).outputFiles;
const MODULE = `data:text/javascript,${encodeURIComponent(bundle?.text ?? '')}`;

/** Answers each message: `try` with `got` or `busy`, `wait` with `got`, `release` with `released`. */
const script = (directory: string, lock: LockId): string => `
  const { acquireIn } = await import(${JSON.stringify(MODULE)});
  const never = new AbortController().signal;
  let release;
  const answers = {
    try: async () => {
      const refuse = () => { throw 'busy'; };
      try { release = await acquireIn(${JSON.stringify(directory)}, ${JSON.stringify(lock)}, never, refuse); }
      catch (error) { if (error === 'busy') return error; throw error; }
      return 'got';
    },
    wait: async () => {
      release = await acquireIn(${JSON.stringify(directory)}, ${JSON.stringify(lock)}, never, () => undefined);
      return 'got';
    },
    release: async () => { await release(); return 'released'; },
  };
  process.on('message', async (question) => process.send(await answers[question]()));
  process.on('disconnect', () => process.exit());
  process.send('ready');`;

/** Another process that takes a lock when it is asked to. */
export class LockProcess {
  readonly child: ChildProcess;
  readonly #answers: string[] = [];

  private constructor(directory: string, lock: LockId) {
    this.child = spawn(process.execPath, ['--input-type=module', '-e', script(directory, lock)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child.on('message', (answer) => this.#answers.push(answer as string));
  }

  static async start(directory: string, lock: LockId): Promise<LockProcess> {
    const process = new LockProcess(directory, lock);
    await process.#answer();
    return process;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  ask(question: 'try' | 'wait' | 'release'): Promise<string> {
    this.child.send(question);
    return this.#answer();
  }

  async #answer(): Promise<string> {
    while (this.#answers.length === 0) await once(this.child, 'message');
    return this.#answers.shift() ?? '';
  }

  /** Resolves with the signal that has ended it. */
  async kill(): Promise<NodeJS.Signals | null> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    return this.child.signalCode;
  }
}
