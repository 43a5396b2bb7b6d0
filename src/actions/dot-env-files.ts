import { join, relative } from 'node:path';
import { ownValue } from '../lib/own-value.js';
import { readDotEnv } from '../load/dot-env.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { TsfigError } from '../model/errors.js';
import type { World } from './world.js';

/** The `.env` files of one call; what is read first wins, and the shell over all. */
export class EnvFiles {
  readonly warnings: Diagnostic[] = [];
  readonly #world: World;
  readonly #read = new Map<string, ReadonlyMap<string, string>>();

  constructor(world: World) {
    this.#world = world;
  }

  read(directory: string): ReadonlyMap<string, string> {
    const known = this.#read.get(directory);
    if (known) return known;
    const variables = this.#readFile(join(directory, '.env'));
    this.#read.set(directory, variables);
    return variables;
  }

  #readFile(path: string): ReadonlyMap<string, string> {
    const { host, environment, directory } = this.#world;
    const isOff = /^(?:1|true|yes|on)$/i.test(environment['COMPOSE_DISABLE_ENV_FILE'] ?? '');
    if (isOff || host.files.kindOf(path).kind === 'directory') return new Map();
    const found = host.files.readText(path);
    if (found.kind === 'missing') return new Map();
    if (found.kind === 'unreadable') {
      const hint = 'COMPOSE_DISABLE_ENV_FILE=1 does without it';
      throw new TsfigError('project-file-unreadable', `cannot read ${path}: ${found.reason}`, { hint });
    }
    const file = shortest(directory, path);
    const { variables, problems } = readDotEnv(found.text, { file, lookUp: (name) => this.lookUp(name) });
    this.warnings.push(...problems);
    return variables;
  }

  lookUp(name: string): string | undefined {
    return ownValue(this.#world.environment, name) ?? this.#fromFiles(name);
  }

  /** The first of these that is set and not empty; the shell is asked for all of them before the files are. */
  first(names: readonly string[]): string | undefined {
    const inShell = names.map((name) => this.#world.environment[name]).find(Boolean);
    return inShell ?? names.map((name) => this.#fromFiles(name)).find(Boolean);
  }

  all(): Record<string, string | undefined> {
    const files = [...this.#read.values()].toReversed().flatMap((variables) => [...variables]);
    return { ...Object.fromEntries(files), ...this.#world.environment };
  }

  #fromFiles(name: string): string | undefined {
    return [...this.#read.values()].find((variables) => variables.has(name))?.get(name);
  }
}

/** A path below `from` without it, another one as it is. */
export function shortest(from: string, path: string): string {
  const short = relative(from, path);
  return short.startsWith('..') ? path : short;
}
