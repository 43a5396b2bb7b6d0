import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { EngineAddress } from './address.js';

/** Why `ssh`, or the docker command on the other side, gave up: its own last words. */
export class SshFailure extends Error {
  /** Marks it as a failure of the connection, as the codes of sockets do. */
  readonly code = 'ESSH';
  /** 255 for ssh's own failures, else the code of the remote command; null when ssh could not be run or was killed. */
  readonly exitCode: number | null;

  constructor(exitCode: number | null, stderr: string) {
    const lines = stderr.split('\n').map((line) => line.trim().replace(/\.$/, ''));
    const last = lines.filter((line) => line !== '').slice(-MOST_LINES);
    super(last.join('; ') || `ssh ended with ${exitCode ?? 'a signal'}`);
    this.exitCode = exitCode;
  }

  /** A server with many connections that are not authenticated yet hangs up on further ones (sshd_config: MaxStartups). */
  get isThrottled(): boolean {
    return this.exitCode === 255 && THROTTLED.test(this.message);
  }
}

const MOST_LINES = 2;
/** Seen with OpenSSH 9.2; older ones say ssh_exchange_identification, and 9.8 and later "Not allowed at this time". */
const THROTTLED = /(?:kex|ssh)_exchange_identification|Connection (?:closed|reset) by|Not allowed at this time/;
/** How much of ssh's standard error is kept: a banner may stand before what counts. */
const MOST_STDERR = 10_000;

/** A host that does not answer is given up after 30 s, as docker does it, and a link that goes silent after 45 s. */
const OPTIONS = ['-o', 'ConnectTimeout=30', '-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=3', '-T'];

/** As docker calls it (docker/cli: cli/connhelper/ssh): what the address does not say is left to ssh's configuration. */
export function sshArguments({ host = '', port, username, socketPath }: EngineAddress): readonly string[] {
  const socket = socketPath === undefined ? '' : `--host ${quoted(`unix://${socketPath}`)} `;
  return [
    ...OPTIONS,
    ...(username === undefined ? [] : ['-l', username]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    '--', // so that no host is taken for an option
    host,
    `docker ${socket}system dial-stdio`,
  ];
}

/** For the shell of the other side. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Asked of every connection before it is used: a request is never sent over one that is not known to work. */
const FIRST_REQUEST = 'HEAD /_ping HTTP/1.1\r\nHost: localhost\r\n\r\n';
const END_OF_HEAD = '\r\n\r\n';

/** What every ssh of one engine is started with. */
export interface SshOptions {
  readonly address: EngineAddress;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly keeper: SshKeeper;
}

/** A running ssh whose standard input and output are a connection to the engine. */
export interface SshProgram {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves when it has ended, with what it said about that. */
  readonly ended: Promise<SshFailure>;
}

/**
 * Ends programs when tsfig ends, however it ends: a shell in a session of its own that is told of them on its standard
 * input, which ends when tsfig does. Without it, ssh would stay for as long as a container whose output it carries is silent.
 */
export class SshKeeper {
  #shell: ChildProcess | null = null;

  /** From its start to its end. */
  keep(ssh: ChildProcess): void {
    if (ssh.pid === undefined) return; // it could not be started
    this.#shell ??= startShell();
    this.#shell.stdin?.write(`+ ${ssh.pid}\n`);
    ssh.once('exit', () => this.#shell?.stdin?.write(`- ${ssh.pid}\n`));
  }
}

const KEEP = `
all=
while read -r what pid; do
  if [ "$what" = + ]; then all="$all $pid"; continue; fi
  left=
  for each in $all; do [ "$each" = "$pid" ] || left="$left $each"; done
  all=$left
done
[ -z "$all" ] || kill $all`;

function startShell(): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', KEEP], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  // Where there is no such shell, programs end when they notice that nobody listens to them.
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  (shell.stdin as Writable & Partial<Holding>).unref?.();
  return shell;
}

/** What holds a process, as every pipe to a program does, though its type does not say so. */
export interface Holding {
  ref(): void;
  unref(): void;
}

/**
 * Starts `ssh … docker system dial-stdio` and resolves when the engine has answered through it. Throws
 * `SshFailure`, and the signal's reason.
 *
 * In a session of its own, so that Ctrl-C at the terminal does not cut the connection that cleaning up needs.
 */
export async function startSsh({ address, environment, keeper }: SshOptions, signal: AbortSignal): Promise<SshProgram> {
  signal.throwIfAborted();
  const child = spawn('ssh', sshArguments(address), { env: environment, stdio: 'pipe', detached: true });
  // Writing to a program that has ended fails; how it ended says more.
  child.stdin.on('error', () => undefined);
  keeper.keep(child);
  const program = { child, ended: endOf(child) };
  let onAbort: () => void = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      void program.ended.then(reject);
      void headOf(child).then((head) => {
        if (head.startsWith('HTTP/1.')) resolve();
        else
          reject(
            new SshFailure(null, `the answer is ${JSON.stringify(head.slice(0, 100))}, which is not a Docker engine's`),
          );
      });
      child.stdin.write(FIRST_REQUEST);
    });
    return program;
  } catch (error) {
    stopSsh(program);
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Ends it, and with it the connection. */
export function stopSsh({ child }: SshProgram): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  child.kill();
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<SshFailure> {
  let stderr = '';
  child.stderr.on('data', (piece: Buffer) => (stderr = (stderr + piece.toString()).slice(-MOST_STDERR)));
  return new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      resolve(new SshFailure(null, error.code === 'ENOENT' ? 'the ssh program is not installed here' : error.message));
    });
    child.on('close', (code) => resolve(new SshFailure(code, stderr)));
  });
}

/** Resolves with the head of the answer to the first request; never, when it ends before that. */
function headOf({ stdout }: ChildProcessWithoutNullStreams): Promise<string> {
  let head = '';
  return new Promise((resolve) => {
    const onData = (piece: Buffer): void => {
      head += piece.toString('latin1');
      if (!head.includes(END_OF_HEAD) && head.startsWith('HTTP/1.'.slice(0, head.length))) return;
      stdout.off('data', onData);
      stdout.pause();
      resolve(head);
    };
    stdout.on('data', onData);
  });
}
