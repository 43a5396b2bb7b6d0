import type { Span } from '../model/diagnostic.js';
import { readEnvLines } from './dot-env.js';
import type { LookUp } from './look-up.js';
import type { Problems } from './problems.js';
import { quoted } from './words.js';

interface Files {
  readonly readText: (absolutePath: string) => string | undefined;
  readonly isDirectory: (absolutePath: string) => boolean;
  readonly lookUp: LookUp;
  /** False: none is read, and none has to be there. */
  readonly isNeeded: boolean;
}

type Variables = ReadonlyMap<string, string>;

/** Longest line of an env file that goes into a diagnostic. */
const LONGEST_LINE = 1000;

/** Reads env files, each once, however many services name it. What is wrong in one is told once, where it stands. */
export class EnvFileReader {
  readonly #files: Files;
  readonly #problems: Problems;
  readonly #read = new Map<string, Variables | 'missing' | 'directory' | 'binary'>();

  constructor(files: Files, problems: Problems) {
    this.#files = files;
    this.#problems = problems;
  }

  /** `written` is the name in the fig file, `at` its place there. Undefined, with a problem, when it cannot be read. */
  variables(path: string, written: string, at: Span): Variables | undefined {
    if (!this.#files.isNeeded) return new Map();
    const found = this.#read.get(path) ?? this.#readFile(path);
    this.#read.set(path, found);
    if (typeof found !== 'string') return found;
    const hint = found === 'missing' ? `looked for ${path}` : null;
    return this.#problems.error('bad-env-file', `env file ${quoted(written)} ${WRONG[found]}`, at, hint);
  }

  #readFile(path: string): Variables | 'missing' | 'directory' | 'binary' {
    if (this.#files.isDirectory(path)) return 'directory';
    const text = this.#files.readText(path);
    if (text === undefined) return 'missing';
    if (/[\0\uFFFD]/.test(text)) return 'binary';
    const variables = new Map<string, string>();
    for (const { line, name, text: value } of readEnvLines(text)) {
      if (name === '' || /\s/.test(name)) this.#tellLine(path, line, `${name}=${value ?? ''}`);
      else {
        const resolved = value ?? this.#files.lookUp(name);
        if (resolved !== undefined) variables.set(name, resolved);
      }
    }
    return variables;
  }

  #tellLine(path: string, line: number, source: string): void {
    this.#problems.add({
      severity: 'error',
      code: 'bad-env-file',
      message: 'this line does not begin with a variable name',
      at: { file: path, line, column: 1 },
      source: source.slice(0, LONGEST_LINE),
      hint: 'write NAME=value, without "export" and without spaces before the "="',
    });
  }
}

const WRONG = { missing: 'does not exist', directory: 'is a directory', binary: 'is not a text file' } as const;
