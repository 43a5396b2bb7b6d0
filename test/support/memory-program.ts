import { TsfigError } from '../../src/model/errors.js';

/** What a container in memory does, step by step. `read` passes its input on to its output until that ends. */
export type Deed =
  | { readonly kind: 'write'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'sleep' }
  | { readonly kind: 'read' };

/**
 * Understands as much of a shell as tests need: `true`, `false`, `sleep N` (for ever: there is no clock), `cat`,
 * `echo [-n] words [>&2]`, `exit N`, and `sh -c` with these between semicolons. Throws `command-not-found` and
 * `command-not-executable` as a start does.
 */
export function toDeeds(command: readonly string[]): readonly Deed[] {
  const [program = '', ...words] = command;
  if (program === 'sh' && words[0] === '-c') {
    const lines = (words[1] ?? '').split(';').map((line) => line.trim());
    return [...lines.filter(Boolean).flatMap((line) => toDeeds(line.split(' '))), { kind: 'exit', code: 0 }];
  }
  switch (program) {
    case 'true':
    case 'sh':
      return program === 'sh' ? [{ kind: 'read' }] : [];
    case 'false':
      return [{ kind: 'exit', code: 1 }];
    case 'sleep':
      return [{ kind: 'sleep' }];
    case 'cat':
      return [{ kind: 'read' }];
    case 'exit':
      return [{ kind: 'exit', code: Number(words[0] ?? 0) }];
    case 'echo':
      return [echo(words)];
    default:
      throw cannotRun(program);
  }
}

function echo(words: readonly string[]): Deed {
  const toError = words.at(-1) === '>&2';
  const bare = words[0] === '-n';
  const text = words.slice(bare ? 1 : 0, toError ? -1 : undefined).join(' ');
  return { kind: 'write', stream: toError ? 'stderr' : 'stdout', text: bare ? text : `${text}\n` };
}

const cannotRun = (program: string): TsfigError =>
  program.startsWith('/') && !program.includes('nosuch')
    ? new TsfigError('command-not-executable', `cannot start: exec: "${program}": permission denied`)
    : new TsfigError('command-not-found', `cannot start: exec: "${program}": executable file not found in $PATH`);
