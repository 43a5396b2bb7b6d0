import { expect, it } from 'vitest';
import { diffToText } from '../../../src/render/diff.js';

const file = (text: string, executable = false) => ({ text, executable });

it('tells a file that differs as diff -u does', () => {
  expect(diffToText({ path: 'a/run', before: file('a\nb\n'), after: file('a\nc\n') })).toMatchInlineSnapshot(`
    "--- a/run
    +++ a/run
    @@ -1,2 +1,2 @@
     a
    -b
    +c"
  `);
});

it('tells files that are missing, or too many, and those of another mode', () => {
  expect(diffToText({ path: 'new', before: null, after: file('a\n') })).toContain('--- /dev/null\n+++ new\n');
  expect(diffToText({ path: 'old', before: file('a\n'), after: null })).toContain('--- old\n+++ /dev/null\n');
  const mode = diffToText({ path: 'run', before: file('a\n'), after: file('a\n', true) });
  expect(mode.split('\n')[0]).toBe('run: is to be executable');
});
