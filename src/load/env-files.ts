import type { Span } from '../model/diagnostic.js';
import type { FileReader } from '../model/files.js';
import { readEnvLines } from './dot-env.js';
import type { LookUp } from './look-up.js';
import type { Problems } from './problems.js';
import { quoted } from './words.js';

type Variables = ReadonlyMap<string, string>;

/** Completes "env file … ". */
interface Wrong {
  readonly wrong: string;
  readonly hint: string | null;
}

/** Longest line of an env file that goes into a diagnostic. */
const LONGEST_LINE = 1000;

/** Reads env files, each once, however many services name it. What is wrong in one is told once, where it stands. */
export class EnvFileReader {
  readonly #files: FileReader | null;
  readonly #lookUp: LookUp;
  readonly #problems: Problems;
  readonly #read = new Map<string, Variables | Wrong>();

  constructor(files: FileReader | null, lookUp: LookUp, problems: Problems) {
    this.#files = files;
    this.#lookUp = lookUp;
    this.#problems = problems;
  }

  /** `written` is the name in the fig file, `at` its place there. Undefined, with a problem, when it cannot be read. */
  variables(path: string, written: string, at: Span): Variables | undefined {
    if (!this.#files) return new Map();
    const found = this.#read.get(path) ?? this.#readFile(path, this.#files);
    this.#read.set(path, found);
    if (!('wrong' in found)) return found;
    return this.#problems.error('bad-env-file', `env file ${quoted(written)} ${found.wrong}`, at, found.hint);
  }

  #readFile(path: string, files: FileReader): Variables | Wrong {
    if (files.kindOf(path).kind === 'directory') return { wrong: 'is a directory', hint: null };
    const found = files.readText(path);
    if (found.kind === 'missing') return { wrong: 'does not exist', hint: `looked for ${path}` };
    if (found.kind === 'unreadable') return { wrong: `cannot be read: ${found.reason}`, hint: `this is ${path}` };
    if (/[\0\uFFFD]/.test(found.text)) return { wrong: 'is not a text file', hint: null };
    const variables = new Map<string, string>();
    for (const { line, name, text: value } of readEnvLines(found.text)) {
      if (name === '' || /\s/.test(name)) this.#tellLine(path, line, `${name}=${value ?? ''}`);
      else {
        const resolved = value ?? this.#lookUp(name);
        if (resolved !== undefined) variables.set(name, resolved);
        if (value !== null && IN_QUOTES.test(value)) this.#warnOfQuotes({ file: path, line, column: name.length + 2 });
      }
    }
    return variables;
  }

  /** Docker compose takes them off today. Without the line: it may hold a secret. */
  #warnOfQuotes(at: Span): void {
    this.#problems.add({
      severity: 'warning',
      code: 'quotes-kept',
      message: 'the quotes become part of the value',
      at,
      source: null,
      hint: 'remove them: nothing in an env file needs quotes',
    });
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

const IN_QUOTES = /^(["']).*\1$/;
