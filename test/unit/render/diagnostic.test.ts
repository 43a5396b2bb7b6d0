import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/model/diagnostic.js';
import { diagnosticsToText, diagnosticToText } from '../../../src/render/diagnostic.js';

const at = (column: number, source: string | null, over: Partial<Diagnostic> = {}): Diagnostic => ({
  ...{ severity: 'error', code: 'bad-port', message: 'no', hint: null, source },
  at: { file: 'fig.yml', line: 4, column },
  ...over,
});
const caretUnder = (text: string): string => {
  const [, line = '', caret = ''] = text.split('\n');
  return line.slice(caret.indexOf('^'));
};

describe('diagnosticToText', () => {
  it('shows the place, the line with a caret, and the hint', () => {
    const message = '"80:80:80:80" is not a port';
    expect(diagnosticToText(at(13, '    ports: ["80:80:80:80"]', { message, hint: 'write "8080:80"' }))).toBe(
      [
        'fig.yml:4:13: error: "80:80:80:80" is not a port',
        '        ports: ["80:80:80:80"]',
        '                ^',
        '  hint: write "8080:80"',
      ].join('\n'),
    );
  });

  it('says no more than it knows', () => {
    expect(diagnosticToText(at(1, null))).toBe('fig.yml:4:1: error: no');
    expect(diagnosticToText(at(1, null, { at: null, severity: 'warning' }))).toBe('warning: no');
    expect(diagnosticToText(at(1, '   '))).toBe('fig.yml:4:1: error: no');
    expect(diagnosticToText(at(9999, 'short'))).toBe('fig.yml:4:9999: error: no');
  });

  it('puts the caret right behind tabs', () => {
    expect(caretUnder(diagnosticToText(at(3, '\t\tx: y')))).toBe('x: y');
  });

  it('puts the caret right behind wide characters', () => {
    const [, line, caret] = diagnosticToText(at(5, '日本😀x')).split('\n');
    expect([line, caret]).toEqual(['    日本😀x', `    ${' '.repeat(6)}^`]);
  });

  it('shows a piece of a long line', () => {
    const long = `${'a'.repeat(5000)}X${'b'.repeat(5000)}`;
    for (const [column, source] of [
      [5001, long],
      [1, `X${long}`],
      [10_002, `${long}X`],
    ] as const) {
      const text = diagnosticToText(at(column, source));
      expect(caretUnder(text)).toMatch(/^X/);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(110);
    }
  });

  it('lets nothing through that a terminal would obey', () => {
    const text = diagnosticToText(
      at(1, 'a\u001b[31m\u0007\u009b\u202eb\ud800', { message: 'x\u001b]0;y\u0007\n', hint: '\u001bc' }),
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\u202e]/u);
    expect(text.split('\n')).toHaveLength(4);
  });
});

describe('diagnosticsToText', () => {
  it('shows fifty', () => {
    const text = diagnosticsToText(Array.from({ length: 120 }, () => at(1, null)));
    expect(text.split('\n')).toHaveLength(51);
    expect(text).toMatch(/\n… and 70 more$/);
    expect(diagnosticsToText([at(1, null)])).toBe('fig.yml:4:1: error: no');
  });
});
