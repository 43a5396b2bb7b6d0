import { Composer, Document, isAlias, isMap, isScalar, isSeq, Lexer, Parser, stringify, visit } from 'yaml'; // saves writing a YAML parser that keeps places
import type { Alias, CST, Node, Pair, Scalar, YAMLError, YAMLMap, YAMLSeq } from 'yaml';
import { escapeUnprintable, isPrintable } from '../lib/safe-text.js';
import type { Span } from '../model/diagnostic.js';
import type { Expand } from './interpolate.js';
import type { Problems } from './problems.js';
import type { SourceText } from './source-text.js';
import { syntaxWords } from './syntax-words.js';
import { quoted } from './words.js';
import { type Entry, isNull, UNREADABLE, type YamlNode, type YamlMap } from './yaml-node.js';

/** Values that aliases may add to a file: more than 10,000 services with 40 shared values each, less than a bomb. */
const MOST_REPEATED = 500_000;
/** Words, marks and line ends; 10,000 services of a dozen lines each have 800,000. */
const MOST_LEXEMES = 1_200_000;
/** fig.yml needs five levels; readers may recurse without fear of the stack. */
const DEEPEST = 100;
/** One mistake in the syntax is often told many times over by the parser. */
const MOST_SYNTAX_ERRORS = 3;
/** What word processors make of quotes. */
const TYPOGRAPHIC_QUOTES = /^[“”„‟‘’‚«»][^]*[“”‟‘’«»]$/;
const MOST_SHOWN = 60;
/** Spaces before a word that are skipped to point at it. */
const LONGEST_INDENT = 1000;

/**
 * Reads YAML 1.2 (core schema, `<<` merges) into `YamlNode` values. Undefined, with problems, when it cannot be read.
 * Every string value goes through `expand`. Time and memory are linear in the text plus at most MOST_REPEATED values.
 */
export function readDocument(source: SourceText, problems: Problems, expand: Expand): YamlNode | undefined {
  const document = parse(source, problems);
  if (!document) return undefined;
  if (!document.contents) return { kind: 'scalar', text: '', isNull: true, isPlain: true, at: source.spanAt(0) };
  return new Conversion(source, problems, expand).whole(document.contents);
}

function parse(source: SourceText, problems: Problems): Document | undefined {
  // The parser's own search for duplicate keys is quadratic; Conversion looks for them.
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, stringKeys: false });
  let first: Document | undefined;
  for (const document of composer.compose(soundTokens(source, problems), true, source.text.length)) {
    if (first) {
      const start = source.spanAt(document.range[0]);
      return problems.error('bad-yaml', 'a second document begins here', start, 'keep one document, without "---"');
    }
    first = document;
  }
  if (problems.hasErrors) return undefined;
  const wrong = [...(first?.errors ?? []), ...(first?.warnings ?? [])];
  for (const error of firstOnEachLine(wrong, source)) {
    const at = source.spanAt(startOf(error, source, first));
    const [message, hint] = syntaxWords(error.code, error.message, source.line(at.line) ?? '', at.column);
    problems.error('bad-yaml', message, at, hint);
  }
  return wrong.length > 0 ? undefined : first;
}

/**
 * The tokens up to the tenth that is wrong, or up to where it gets too deep or too much: beyond, the time of the parser
 * and of the composer grows with the square of the text, or takes seconds.
 */
function* soundTokens(source: SourceText, problems: Problems): Generator<CST.Token> {
  const parser = new Parser();
  let wrong = 0;
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(source.text)) {
    for (const token of parser.next(lexeme)) {
      yield token;
      if (token.type === 'error') wrong += 1;
    }
    lexemes += 1;
    const isDeep = parser.stack.length > DEEPEST * 2;
    if (isDeep || lexemes > MOST_LEXEMES) {
      const message = isDeep ? 'nested too deeply' : 'the file says too many things';
      problems.error('bad-yaml', message, source.spanAt(parser.offset));
    }
    if (problems.hasErrors || wrong >= 10) return;
  }
  yield* parser.end();
}

function firstOnEachLine(errors: readonly YAMLError[], source: SourceText): readonly YAMLError[] {
  const deep = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (deep) return [deep];
  const byLine = new Map<number, YAMLError>();
  for (const error of errors) {
    const { line } = source.spanAt(error.pos[0]);
    if (!byLine.has(line)) byLine.set(line, error);
    if (byLine.size >= MOST_SYNTAX_ERRORS) break;
  }
  return [...byLine.values()];
}

/** Where to point: at an open quote where it begins; else where the parser stopped, but not behind the last word. */
function startOf({ pos: [at], message }: YAMLError, source: SourceText, document: Document | undefined): number {
  let start = Math.min(at, Math.max(0, source.text.trimEnd().length - 1));
  if (document && /^Missing closing .quote/.test(message)) {
    visit(document, {
      Scalar: (_, { type, range }): undefined => {
        if (type?.startsWith('QUOTE') && range && range[0] <= at && at <= range[2]) start = range[0];
      },
    });
  }
  const blanks = /^ */.exec(source.text.slice(start, start + LONGEST_INDENT))?.[0] ?? '';
  return start + blanks.length;
}

/** A value and how many values it holds, itself included, aliases followed. */
interface Weighed<T extends YamlNode = YamlNode> {
  readonly value: T;
  readonly weight: number;
}

/** Walks the nodes in the order of the file; each is converted once, however many aliases name it. */
class Conversion {
  readonly #source: SourceText;
  readonly #problems: Problems;
  readonly #expand: Expand;
  readonly #anchors = new Map<string, Node>();
  readonly #done = new Map<Node, Weighed>();
  #repeated = 0;
  #stopped = false;

  constructor(source: SourceText, problems: Problems, expand: Expand) {
    this.#source = source;
    this.#problems = problems;
    this.#expand = expand;
  }

  /** Undefined when nothing above a limit should be looked at further. */
  whole(node: Node): YamlNode | undefined {
    const converted = this.#convert(node, 0);
    return this.#stopped ? undefined : converted?.value;
  }

  /** Undefined, with a problem, when the node cannot be read. */
  #convert(node: Node, depth: number): Weighed | undefined {
    if (this.#stopped || this.#problems.isFull) return undefined;
    if (depth > DEEPEST) return this.#stop('bad-yaml', 'nested too deeply', this.#place(node));
    if (isAlias(node)) return this.#alias(node);
    const { anchor } = node;
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    const converted = this.#fresh(node, depth);
    if (anchor !== undefined && converted) this.#done.set(node, converted);
    return converted;
  }

  #fresh(node: Node, depth: number): Weighed | undefined {
    if (isMap(node)) return this.#map(node, depth);
    if (isSeq(node)) return this.#list(node, depth);
    return this.#scalar(node as Scalar);
  }

  #alias(alias: Alias): Weighed | undefined {
    const at = this.#place(alias);
    const node = this.#anchors.get(alias.source);
    if (!node) return this.#problems.error('bad-alias', `nothing above is marked &${alias.source}`, at);
    const target = this.#done.get(node);
    if (!target) return this.#problems.error('bad-alias', `*${alias.source} stands inside of what it names`, at);
    this.#repeated += target.weight;
    if (this.#repeated > MOST_REPEATED) return this.#stop('too-many-aliases', 'aliases repeat too many values', at);
    return target;
  }

  #scalar(node: Scalar): Weighed | undefined {
    const at = this.#place(node);
    const isPlain = node.type === 'PLAIN' || node.type === undefined;
    const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
    if (text.includes('\0')) return this.#problems.error('bad-value', 'a value cannot hold a NUL character', at);
    const expanded = text.includes('$') ? this.#expand(text, this.#placesIn(node, text)) : text;
    if (expanded === undefined) return undefined;

    if (isPlain && TYPOGRAPHIC_QUOTES.test(text)) {
      const hint = `write "${text.slice(1, -1).slice(0, MOST_SHOWN)}"`;
      this.#problems.warning('odd-quotes', 'these quotes are no quotes of YAML, and stay in the value', at, hint);
    }
    return {
      value: { kind: 'scalar', text: expanded, isNull: isPlain && node.value === null, isPlain, at },
      weight: 1,
    };
  }

  /** Places inside a scalar are known where it is written on one line without escapes; else its beginning stands for all. */
  #placesIn(node: Scalar, text: string): (index: number) => Span {
    const [start, end] = node.range ?? [0, 0];
    const quotes = node.type === 'PLAIN' ? 0 : 1;
    const isAsWritten = this.#source.text.slice(start + quotes, end - quotes) === text;
    return (index) => this.#source.spanAt(isAsWritten ? start + quotes + index : start);
  }

  #list(node: YAMLSeq, depth: number): Weighed {
    const items: YamlNode[] = [];
    let weight = 1;
    for (const child of node.items) {
      const item = this.#convert(child as Node, depth + 1);
      if (item) items.push(item.value);
      weight += item?.weight ?? 0;
    }
    return { value: { kind: 'list', items, at: this.#place(node) }, weight };
  }

  #map(node: YAMLMap, depth: number): Weighed {
    const entries = new Map<string, Entry>();
    const merged: YamlNode[] = [];
    let weight = 1;
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      if (this.#problems.isFull) break;
      const key = this.#key(pair.key);
      if (!key) continue;
      const value = this.#value(pair, key.at, depth);
      weight += value?.weight ?? 0;
      if (key.isMerge && value) merged.push(value.value);
      else if (!key.isMerge) this.#enter(entries, { key: key.text, at: key.at, value: value?.value ?? UNREADABLE });
    }
    for (const value of merged) this.#merge(entries, value);
    return { value: { kind: 'map', entries, at: this.#place(node) }, weight };
  }

  #value(pair: Pair<Node, Node | null>, keyAt: Span, depth: number): Weighed | undefined {
    if (pair.value) return this.#convert(pair.value, depth + 1);
    return { value: { kind: 'scalar', text: '', isNull: true, isPlain: true, at: keyAt }, weight: 1 };
  }

  #key(node: Node): { text: string; at: Span; isMerge: boolean } | undefined {
    const at = this.#place(node);
    if (!isScalar(node)) return this.#problems.error('bad-key', 'a key must be text', at);
    const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
    if (text === '') return this.#problems.error('bad-key', 'a key is missing', at, 'write it before the ":"');
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    return { text, at, isMerge: text === '<<' && node.type === 'PLAIN' };
  }

  #enter(entries: Map<string, Entry>, entry: Entry): void {
    const first = entries.get(entry.key);
    if (!first) entries.set(entry.key, entry);
    else {
      const message = `${quoted(entry.key)} is written twice`;
      this.#problems.error('duplicate-key', message, entry.at, `the first is on line ${first.at.line}`);
    }
  }

  /** What a map says itself wins over what is merged into it; of several merged maps the first wins. */
  #merge(entries: Map<string, Entry>, value: YamlNode): void {
    for (const map of value.kind === 'list' ? value.items : [value]) {
      if (map.kind === 'map') addMissing(entries, map);
      else if (!isNull(map)) {
        this.#problems.error('bad-merge', '"<<" takes a mapping or a list of mappings', map.at, 'write "<<: *name"');
      }
    }
  }

  #stop(code: string, message: string, at: Span): Weighed | undefined {
    this.#stopped = true;
    return this.#problems.error(code, message, at);
  }

  #place(node: Node): Span {
    return this.#source.spanAt(node.range?.[0] ?? 0);
  }
}

function addMissing(entries: Map<string, Entry>, map: YamlMap): void {
  for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
}

/** A value as YAML that `readDocument` reads the same value from, and readers of YAML 1.1, to whom `22:22` is a number, too. */
export function toYaml(value: unknown): string {
  const text = stringify(value, YAML_OPTIONS);
  if (isPrintable(text)) return text;
  // Only between double quotes an escape means what it stands for.
  const document = new Document(value, YAML_OPTIONS);
  const quote = (_key: unknown, scalar: Scalar): void => {
    if (typeof scalar.value === 'string' && !isPrintable(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
  };
  visit(document, { Scalar: quote });
  return escapeUnprintable(document.toString(YAML_OPTIONS));
}

const YAML_OPTIONS = { lineWidth: 0, compat: 'yaml-1.1' } as const;
