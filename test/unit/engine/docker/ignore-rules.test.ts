import { describe, expect, it } from 'vitest';
import { readIgnoreRules } from '../../../../src/engine/docker/ignore-rules.js';

const ignored = (text: string, ...paths: readonly string[]): string[] => {
  const rules = readIgnoreRules(text, '/shop/.dockerignore');
  return paths.filter((path) => rules.ignores(path));
};

describe('an ignore file', () => {
  it.each([
    ['*.log', ['a.log', 'deep/a.log', 'a.txt'], ['a.log']],
    ['**/*.log', ['a.log', 'deep/er/a.log', 'a.txt'], ['a.log', 'deep/er/a.log']],
    ['deep', ['deep', 'deep/er/x', 'deeper', 'a/deep'], ['deep', 'deep/er/x']],
    ['/deep/', ['deep', 'deep/x'], ['deep', 'deep/x']],
    ['./deep/../b', ['b', 'deep'], ['b']],
    ['deep/**', ['deep', 'deep/x', 'deep/er/x'], ['deep/x', 'deep/er/x']],
    ['a/**/z', ['a/z', 'a/b/c/z', 'a/y'], ['a/z', 'a/b/c/z']],
    ['*/temp*', ['x/temporary', 'x/y/temp', 'temp'], ['x/temporary']],
    ['temp?', ['tempa', 'temp', 'tempab', 'temp/'], ['tempa']],
    ['[a-c].txt', ['a.txt', 'd.txt'], ['a.txt']],
    ['[^a-c].txt', ['a.txt', 'd.txt'], ['d.txt']],
    ['a\\*b', ['a*b', 'axb'], ['a*b']],
    ['x.y+(z)|{$}', ['x.y+(z)|{$}', 'xay+(z)|{$}'], ['x.y+(z)|{$}']],
    [' spaced \r\n# a comment\r\n\r\nb', ['spaced', 'b', '# a comment'], ['spaced', 'b']],
    ['\uFEFFfirst', ['first'], ['first']],
    ['*\n!kept\n! b', ['a', 'kept', 'kept/x', 'b'], ['a']],
    ['*\n!*.md\nREADME-secret.md', ['a', 'x.md', 'README-secret.md'], ['a', 'README-secret.md']],
    ['', ['a', 'constructor'], []],
    ['constructor\n__proto__', ['constructor', '__proto__', 'toString'], ['constructor', '__proto__']],
  ])('%j ignores of %j only %j', (text, paths, wanted) => {
    expect(ignored(text, ...paths)).toEqual(wanted);
  });

  it.each(['[', 'a[', '[]', '[z-a]', 'a\\', '!', '! '])(
    '.dockerignore: the pattern %j is refused with its line',
    (pattern) => {
      const message = `/shop/.dockerignore:3: bad pattern "${pattern.trim()}"`;
      expect(() => readIgnoreRules(`a\n# b\n${pattern}\n`, '/shop/.dockerignore')).toThrow(message);
    },
  );

  it.each([
    ['deep\n!deep/kept', 'deep', true],
    ['deep\n!deep/kept', 'other', false],
    ['deep\n!deep', 'deep', false],
    ['*\n!d*/er/kept', 'deep/er', true],
    ['*\n!d*/er/kept', 'deep/est', false],
    ['*\n!**/kept', 'any/where', true],
    ['*\n!a/**', 'b', false],
    ['node_modules', 'node_modules', false],
  ])('%j: a look below %j is worth it: %j', (text, directory, wanted) => {
    expect(readIgnoreRules(text, '').mayKeepBelow(directory)).toBe(wanted);
  });
});
