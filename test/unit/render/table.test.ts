import { describe, expect, it } from 'vitest';
import { sanitize } from '../../../src/lib/safe-text.js';
import * as table from '../../../src/render/table.js';
import { widthOf } from '../../../src/render/width.js';

/** Of safe text, as callers have it. */
const tableToText = (columns: readonly string[], rows: readonly (readonly string[])[], width: number | null): string =>
  table.tableToText(
    columns.map(sanitize),
    rows.map((row) => row.map(sanitize)),
    width,
  );

const COLUMNS = ['Name', 'Command', 'State', 'Ports'];
const ROWS = [
  ['figtest_redis_1', '/usr/local/bin/run', 'Up', '6379/tcp'],
  ['figtest_web_1', '/bin/sh -c python app.py', 'Exit 0', '0.0.0.0:5000->5000/tcp'],
];

describe('a table', () => {
  it('looks as it did in fig, without spaces at the ends of lines', () => {
    expect(tableToText(COLUMNS, ROWS, null)).toMatchInlineSnapshot(`
      "     Name                 Command            State            Ports
      ----------------------------------------------------------------------------
      figtest_redis_1   /usr/local/bin/run         Up       6379/tcp
      figtest_web_1     /bin/sh -c python app.py   Exit 0   0.0.0.0:5000->5000/tcp"
    `);
  });

  it('is header and dashes when there are no rows', () => {
    expect(tableToText(COLUMNS, [], 80)).toBe(`Name   Command   State   Ports\n${'-'.repeat(30)}`);
  });

  it('wraps in a narrow terminal, the widest columns first', () => {
    expect(tableToText(COLUMNS, ROWS, 60)).toMatchInlineSnapshot(`
      "     Name             Command       State         Ports
      ------------------------------------------------------------
      figtest_redis_1   /usr/local/bin/   Up       6379/tcp
                        run
      figtest_web_1     /bin/sh -c        Exit 0   0.0.0.0:5000->5
                        python app.py              000/tcp"
    `);
  });

  it('is never wrapped when nobody said how wide it may be', () => {
    const long = 'x'.repeat(500);
    expect(tableToText(['A'], [[long]], null).split('\n')).toHaveLength(3);
  });

  it('counts wide characters as two columns', () => {
    const text = tableToText(
      ['A', 'B'],
      [
        ['日本', 'x'],
        ['ab', 'y'],
      ],
      null,
    );
    expect(text).toBe(' A     B\n--------\n日本   x\nab     y');
  });

  it('stays within the terminal and loses no character, whatever is in it', () => {
    for (let seed = 1; seed < 200; seed += 1) {
      const cell = (salt: number): string =>
        'aé日 👩‍👩‍👧 b-'
          .repeat((seed * salt) % 7)
          .slice(0, (seed * salt) % 31)
          .trim();
      const rows = [[cell(3), cell(5), cell(11)]];
      const width = 30 + (seed % 60);
      const text = tableToText(['One', 'Two', 'Three'], rows, width);
      for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width);
      const letters = (of: string): string => of.replaceAll(/\s/g, '').split('').toSorted().join('');
      expect(letters(text.split('\n').slice(2).join(''))).toBe(letters(rows[0]!.map(sanitize).join('')));
    }
  });
});
