import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Secret } from '../src/model/secret.js';
import { breaches, FLOORS, floorOf, LONG_FILES, LONG_FUNCTIONS, PACKAGES, UNREACHED } from './support/house.js';
import { EVENTS, OUTCOMES, PLAN } from './support/samples.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const paths = readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
const sources = new Map(paths.map((path) => [path, readFileSync(`${root}/src/${path}`, 'utf8')]));

describe('the house', () => {
  it('keeps its rules', { timeout: 60_000 }, () => {
    expect(breaches(sources)).toEqual([]);
  });

  it('gives every file a floor and every folder a place in ARCHITECTURE.md', () => {
    expect(paths.filter((path) => floorOf(path) === -1)).toEqual([]);
    const map = readFileSync(`${root}/ARCHITECTURE.md`, 'utf8');
    expect(FLOORS.flat().filter((place) => !map.includes(`\`${place}\``))).toEqual([]);
  });

  it('gives every dependency a home, and has no home for what is no dependency', () => {
    const { devDependencies } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
      readonly devDependencies: object;
    };
    const isTool = (name: string): boolean => /^@types\/|eslint|^(esbuild|prettier|typescript|vitest)$/.test(name);
    const built = Object.keys(devDependencies).filter((name) => !isTool(name));
    expect(Object.keys(PACKAGES).toSorted()).toEqual(built.toSorted());
  });

  it('imports every dependency somewhere', () => {
    const text = [...sources.values()].join('\n');
    expect(Object.keys(PACKAGES).filter((name) => !text.includes(`'${name}`))).toEqual([]);
  });

  it('makes no exception for a file that is gone', () => {
    expect([LONG_FILES, LONG_FUNCTIONS, UNREACHED].flatMap(Object.keys).filter((path) => !sources.has(path))).toEqual(
      [],
    );
  });

  it('names only files that are there in ARCHITECTURE.md', () => {
    const map = readFileSync(`${root}/ARCHITECTURE.md`, 'utf8');
    const named = [...map.matchAll(/`([a-z-]+(?:\/[a-z-]+)*\.ts)`/g)].map(([, path = '']) => path);
    const isThere = (path: string): boolean => sources.has(path) || readable(`${root}/${path}`);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });
});

/** What the checker says of these sources; entries that reach all of them are added. */
function check(made: Readonly<Record<string, string>>): string[] {
  const all = Object.keys(made).map((path) => `import './${path.replace(/\.ts$/, '.js')}';`);
  const door = { 'index.ts': all.join('\n') };
  return breaches(new Map(Object.entries({ ...door, ...made }))).filter((breach) => !breach.startsWith('index.ts'));
}

describe('the checker', () => {
  it('allows the own folder, lower floors, the interfaces, and connect.ts the implementations', () => {
    const made = {
      'lib/units.ts': 'export const a = 1;',
      'plan/steps.ts': "import { a } from '../lib/units.js'; export const b = a;",
      'plan/plan-up.ts': "import { b } from './steps.js'; export const c = b;",
      'engine/engine.ts': 'export interface Engine { readonly name: string }',
      'engine/docker/engine-client.ts': "import type Docker from 'dockerode'; export type EngineClient = Docker;",
      'apply/step-dependencies.ts':
        "import type { Engine } from '../engine/engine.js'; export type StepDependencies = Engine;",
      'connect.ts': "export const connect = () => import('./engine/docker/engine-client.js');",
    };
    expect(check(made)).toEqual([]);
  });

  const engine = {
    'engine/engine.ts': '',
    'engine/docker/engine-client.ts': '',
    'lib/limiter.ts': '',
    'host/host.ts': '',
  };
  it.each([
    [
      'plan/plan-up.ts',
      "import type { Engine } from '../engine/engine.js';",
      'plan/plan-up.ts (floor 2) imports engine/engine.ts (floor 3)',
    ],
    [
      'plan/plan-up.ts',
      "export const a = () => import('../engine/engine.js');",
      'plan/plan-up.ts (floor 2) imports engine/engine.ts (floor 3)',
    ],
    [
      'plan/plan-up.ts',
      "export type A = import('../engine/engine.js').Engine;",
      'plan/plan-up.ts (floor 2) imports engine/engine.ts (floor 3)',
    ],
    ['lib/a.ts', "import '../model/a.js';", 'lib/a.ts (floor 0) imports model/a.ts (floor 1)'],
    ['host/a.ts', "import '../engine/engine.js';", 'host/a.ts (floor 3) imports engine/engine.ts (floor 3)'],
    [
      'apply/a.ts',
      "import '../engine/docker/engine-client.js';",
      'apply/a.ts (floor 4) imports engine/docker/engine-client.ts (floor 3), which is no interface',
    ],
    ['cli/a.ts', "import '../engine/engine.js';", 'cli/a.ts (floor 7) imports engine/engine.ts (floor 3), past the verbs'], // prettier-ignore
    ['attic/a.ts', "import '../lib/limiter.js';", 'attic/a.ts stands on no floor'],
    [
      'apply/a.ts',
      "import Docker from 'dockerode'; new Docker();",
      'apply/a.ts imports dockerode, whose home is engine/docker/',
    ],
    ['load/a.ts', "import { parse } from 'yaml'; parse('');", 'load/a.ts imports yaml, whose home is load/document.ts'],
    ['lib/a.ts', "import lodash from 'lodash'; lodash();", 'lib/a.ts imports lodash, which has no home'],
    [
      'plan/a.ts',
      "import { readFileSync } from 'node:fs';",
      'plan/a.ts imports node:fs, whose home is host/, engine/docker/, cli/main.ts',
    ],
    ['host/a.ts', "import { Worker } from 'node:worker_threads';", 'host/a.ts imports node:worker_threads, which has no home'], // prettier-ignore
    ['host/a.ts', "import fs from 'fs';", 'host/a.ts imports fs, which has no home'],
    ['plan/a.ts', 'export const a = process.env;', 'plan/a.ts uses process'],
    ['cli/a.ts', "console.log('');", 'cli/a.ts uses console'],
    ['plan/a.ts', 'let a = 1; export const b = () => a++;', 'plan/a.ts has state: a is no const'],
    ['plan/a.ts', 'const seen = new Map<string, string>();', 'plan/a.ts has state: seen'],
    ['plan/a.ts', 'export const found: string[] = [];', 'plan/a.ts has state: found'],
    ['plan/index.ts', 'export const a = 1;', 'plan/index.ts is a barrel'],
    ['plan/a.ts', "export { limit } from '../lib/limiter.js';", 'plan/a.ts passes on what another file exports'],
    ['plan/a.ts', 'export const a = 1;\n'.repeat(251), 'plan/a.ts has 251 lines'],
    ['plan/a.ts', `export function a() {\n${'  a();\n'.repeat(49)}}`, 'plan/a.ts: a has 51 lines'],
  ])('finds what is wrong in %s (row %#)', (path, text, breach) => {
    expect(check({ ...engine, [path]: text })).toEqual([breach]);
  });

  it('counts no comments and no empty lines', () => {
    const body = '  // why\n\n  /* and\n so on */\n  a();\n'.repeat(48);
    expect(check({ 'plan/a.ts': `/** Docs.\n${' * more\n'.repeat(300)} */\nexport function a() {\n${body}}` })).toEqual(
      [],
    );
  });

  it('takes names that only look like a global for what they are', () => {
    const text =
      'export interface A { readonly process: string; signal: NodeJS.Signals }\nexport const f = (a: A) => a.process;';
    expect(check({ 'plan/a.ts': text })).toEqual([]);
  });

  it('finds files that nothing reaches', () => {
    const made = new Map([
      ['index.ts', "export { a } from './plan/a.js';"],
      ['plan/a.ts', 'export const a = 1;'],
      ['plan/b.ts', "import { a } from './a.js'; export const b = a;"],
    ]);
    expect(breaches(made)).toEqual(['plan/b.ts is reached from neither cli/main.ts nor index.ts']);
  });
});

describe('what crosses the border of the process', () => {
  it.each([...EVENTS.map((event) => [event.kind, event] as const), ['plan', PLAN], ['outcomes', OUTCOMES]] as const)(
    'survives JSON: %s',
    (_, value) => {
      expect(JSON.parse(JSON.stringify(value))).toStrictEqual(withRedactions(value));
    },
  );
});

/** A `Secret` is the one thing that is no plain data; its JSON is its redaction. */
function withRedactions(value: unknown): unknown {
  if (value instanceof Secret) return value.toJSON();
  if (Array.isArray(value)) return value.map(withRedactions);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withRedactions(inner)]));
}

function readable(path: string): boolean {
  try {
    return readFileSync(path).length > 0;
  } catch {
    return false;
  }
}
