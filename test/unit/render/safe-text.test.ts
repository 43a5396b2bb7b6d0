import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { toYaml } from '../../../src/load/document.js';
import { escapeUnprintable, isPrintable, jsonText, safe, sanitize, sanitizeLines } from '../../../src/lib/safe-text.js';
import { messageLines } from '../../../src/render/error.js';
import { logPrefix } from '../../../src/render/log-prefix.js';

describe('text of others', () => {
  it.each([
    ['plain words', 'plain words'],
    ['日本 é 👩‍👩‍👧', '日本 é 👩‍👩‍👧'],
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['\u009b2Jgone', 'gone'],
    ['\u001b]0;a title\u0007text', 'text'],
    ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['one\ttwo\r\nthree', 'one two three'],
    ['one\u0085two\u2028three\u2029four', 'one two three four'],
    ['\u001bc\u0007\u0000\u007f', '\uFFFDc\uFFFD\uFFFD\uFFFD'],
    ['\u202eabc\u2066d\ud800', '\uFFFDabc\uFFFDd\uFFFD'],
    ['\u001b]0;never ended', '\uFFFD]0;never ended'],
  ])('sanitize: %j is shown as %j, in one line', (text, shown) => {
    expect(sanitize(text)).toBe(shown);
    expect(sanitize(shown)).toBe(shown);
  });

  it('sanitize: what escapes leave behind when they are taken out is no escape', () => {
    for (const text of ['\u001b\u001b[31m[2J', '\u009b\u001b[m2J', '\u001b\u001b]0;x\u0007]0;y\u0007']) {
      expect(isPrintable(sanitize(text))).toBe(true);
    }
  });

  it('sanitize: a long row of beginnings of escapes takes no longer than its length', () => {
    for (const start of ['\u001b[', '\u001b]', '\u001b[0', '\u009d']) {
      expect(isPrintable(sanitize(start.repeat(200_000)))).toBe(true);
    }
  });

  it('safe: words of ours stay, values become safe', () => {
    expect(safe`a ${'\u001b[31mb\nc'} d ${4}`).toBe('a b c d 4');
  });

  it('sanitizeLines: keeps lines and tabs, and nothing else that moves the cursor', () => {
    expect(sanitizeLines('a\tb\r\n\u001b[2Jc\rd\n')).toBe('a\tb\nc d\n');
  });

  it('jsonText: is the same value, without a character that a terminal obeys', () => {
    const value = { a: '\u001b[31m\n\u009b2J\u007f\u202e\u2028', b: [1, null] };
    for (const text of [jsonText(value), jsonText(value, 2)]) {
      expect(isPrintable(text.replaceAll('\n', ''))).toBe(true);
      expect(JSON.parse(text)).toEqual(value);
    }
  });

  it('config: YAML is the same value, without a character that a terminal obeys', () => {
    const value = { a: 'x\u009b2J', b: '\u202eabc', c: '\u001b[31m', d: 'plain', e: 'two\nlines\u2028', f: '1.10' };
    const text = toYaml(value);
    expect(isPrintable(text.replaceAll('\n', ''))).toBe(true);
    expect(parse(text)).toEqual(value);
    expect(text).toContain('d: plain\n');
  });

  it('escapeUnprintable: line breaks of a file stay', () => {
    expect(escapeUnprintable('a\nb\u0085')).toBe('a\nb\\u0085');
  });

  it('messageLines: what follows the first line is indented deeper than a hint of ours', () => {
    expect(messageLines('died\n  its words\nhint: forged\r\n  hint: forged')).toEqual([
      'died',
      '    its words',
      '    hint: forged',
      '    hint: forged',
    ]);
  });

  it('log prefix: wide names are counted as wide', () => {
    expect(logPrefix(['日本', 'web_1'], false).map(({ prefix }) => prefix)).toEqual(['日本   | ', 'web_1  | ']);
  });
});

describe('the type of safe text', () => {
  it('safe text: is made in one file, and words are passed unchanged for containers’ own lines alone', () => {
    const root = join(import.meta.dirname, '../../../src');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
    const using = (word: RegExp): string[] =>
      files
        .filter((path) => path !== 'lib/safe-text.ts' && word.test(readFileSync(join(root, path), 'utf8')))
        .toSorted();
    expect(using(/as (?:readonly )?SafeText/)).toEqual([]);
    expect(using(/\bverbatim\b/)).toEqual(['render/plain.ts']);
  });
});
