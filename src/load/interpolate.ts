import type { Span } from '../model/diagnostic.js';
import type { LookUp } from './look-up.js';
import type { Problems } from './problems.js';
import { quoted } from './words.js';

/** `placeOf` gives the place of the character at an index of `text`. Undefined, with a problem, when it has no value. */
export type Expand = (text: string, placeOf: (index: number) => Span) => string | undefined;

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /:-|:\?|-|\?/y;
/** Deeper than anybody nests defaults; keeps the stack bounded. */
const DEEPEST = 20;
const HINT =
  'write $$ for a dollar sign; the forms are $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:?message}';
const BRACED_HINT =
  'single quotes keep a value as it is; the forms are ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:?message}';

/**
 * Replaces `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}` and `$$`.
 * A dollar sign before anything else stays as it is. A name that is not set is empty, and warned of once.
 */
export function expander(lookUp: LookUp, problems: Problems): Expand {
  const warned = new Set<string>();
  return (text, placeOf) => {
    if (!text.includes('$')) return text;
    return new Expansion({ text, placeOf, lookUp, problems, warned }).run();
  };
}

/** The same for `.env` files, where only the forms with braces are variables, and `$$` stays. */
export function bracedExpander(lookUp: LookUp, problems: Problems): Expand {
  const warned = new Set<string>();
  return (text, placeOf) => new Expansion({ text, placeOf, lookUp, problems, warned, isBraced: true }).run();
}

interface Work {
  /** Only the forms with braces are variables. */
  readonly isBraced?: boolean;
  readonly text: string;
  readonly placeOf: (index: number) => Span;
  readonly lookUp: LookUp;
  readonly problems: Problems;
  readonly warned: Set<string>;
}

/** One text on its way from left to right. */
class Expansion {
  readonly #work: Work;
  #at = 0;
  #failed = false;

  constructor(work: Work) {
    this.#work = work;
  }

  run(): string | undefined {
    const result = this.#until(undefined, { depth: 0, isUsed: true });
    return this.#failed ? undefined : result;
  }

  /** Reads up to `end`, or to the end of the text. Nothing is said about parts that are not used. */
  #until(end: '}' | undefined, state: State): string {
    const { text } = this.#work;
    let result = '';
    while (this.#at < text.length && !this.#failed) {
      if (text[this.#at] === end) return result;
      if (text[this.#at] === '$') {
        result += this.#dollar(state);
      } else {
        const from = this.#at;
        while (this.#at < text.length && text[this.#at] !== '$' && text[this.#at] !== end) this.#at += 1;
        result += text.slice(from, this.#at);
      }
    }
    return result;
  }

  #dollar(state: State): string {
    const { text } = this.#work;
    const start = this.#at;
    const next = text[start + 1];
    this.#at += 2;
    if (next === '{') return this.#braced(start, state);
    if (next === '$' && !this.#work.isBraced) return '$';
    this.#at = start + 1;
    if (this.#work.isBraced) return '$';
    const name = this.#match(NAME);
    return name === undefined ? '$' : this.#value(name, start, state);
  }

  #braced(start: number, state: State): string {
    const name = this.#match(NAME);
    if (name === undefined || state.depth >= DEEPEST) return this.#malformed(start);
    const operator = this.#match(OPERATOR);
    if (operator === undefined) {
      if (this.#work.text[this.#at] !== '}') return this.#malformed(start);
      this.#at += 1;
      return this.#value(name, start, state);
    }
    const found = this.#work.lookUp(name);
    const isMissing = found === undefined || (operator.startsWith(':') && found === '');
    const isDefault = operator.endsWith('-');
    const word = this.#until('}', { depth: state.depth + 1, isUsed: state.isUsed && isMissing });
    if (this.#failed) return '';
    if (this.#work.text[this.#at] !== '}') return this.#malformed(start);
    this.#at += 1;
    if (!isMissing) return found;
    if (isDefault) return word;
    if (state.isUsed) this.#required(name, word, start);
    return '';
  }

  #value(name: string, start: number, { isUsed }: State): string {
    const { problems, placeOf, warned, lookUp, isBraced } = this.#work;
    const found = lookUp(name);
    if (found === undefined && isUsed && !warned.has(name)) {
      warned.add(name);
      const asText = isBraced ? 'put the value in single quotes' : 'write $$ for a dollar sign';
      const hint = `set it, give a default with \${${name}:-…}, or ${asText}`;
      problems.warning('variable-not-set', `${name} is not set and becomes empty`, placeOf(start), hint);
    }
    return found ?? '';
  }

  #required(name: string, message: string, start: number): void {
    const why = message === '' ? '' : `: ${message}`;
    this.#work.problems.error('variable-required', `${name} must be set${why}`, this.#work.placeOf(start));
    this.#failed = true;
  }

  #malformed(start: number): string {
    const { problems, text, placeOf, isBraced } = this.#work;
    const piece = text.slice(start, start + 30).split(/(?<=\})|[\s]/)[0] ?? '';
    problems.error('bad-variable', `${quoted(piece)} is not a variable`, placeOf(start), isBraced ? BRACED_HINT : HINT);
    this.#failed = true;
    return '';
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#work.text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

interface State {
  readonly depth: number;
  /** Does this part end up in the value? */
  readonly isUsed: boolean;
}
