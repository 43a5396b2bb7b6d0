import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as library from '../../../src/index.js';

const src = fileURLToPath(new URL('../../../src/', import.meta.url));
const textsIn = (folder: string): string[] =>
  readdirSync(join(src, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(src, folder, name), 'utf8'));

describe('the library', () => {
  it('has every verb that a command of the command line calls', () => {
    const imports = /const \{ ([\w, ]+) \} = await import\('\.\.\/\.\.\/actions\//g;
    const verbs = textsIn('cli/commands').flatMap((text) =>
      [...text.matchAll(imports)].flatMap(([, names = '']) => names.split(', ')),
    );
    expect(verbs).toEqual(expect.arrayContaining(['up', 'once', 'repeat', 'check', 'stop', 'ps']));
    expect(Object.keys(library)).toEqual(expect.arrayContaining(verbs));
  });

  it('has the type of every request and result', () => {
    const door = readFileSync(join(src, 'index.ts'), 'utf8');
    const types = textsIn('actions').flatMap((text) =>
      [...text.matchAll(/^export interface (\w+(?:Request|Result))\b/gm)].map(([, name = '']) => name),
    );
    expect(types).toContain('OnceRequest');
    expect(types.filter((name) => !new RegExp(`\\b${name}\\b`).test(door))).toEqual([]);
  });
});
