import { afterAll, describe, expect, it } from 'vitest';
import { limit } from '../../src/lib/limit.js';
import { runFaultless, SERIES, tableToText, tryFaults, type Result, type Sample } from '../support/fault-table.js';
import { ROWS } from './rows.js';

/** `npm run test:fault` tries every request. Otherwise it is every so-manieth, another one for each kind of fault. */
const isWhole = process.env['TSFIG_FAULTS'] === 'all';
const SAMPLE_STEP = 8;
const AT_ONCE = 4;

const only = process.env['TSFIG_FAULT_ROW'];
const kind = process.env['TSFIG_FAULT_KIND'];
const rows = ROWS.filter(({ name }) => !only || name === only);
const series = SERIES.filter((each) => !kind || each.kind === kind);

const sample = (row: number, index: number): Sample =>
  isWhole ? { first: 1, step: 1 } : { first: 1 + ((index * 3 + row) % SAMPLE_STEP), step: SAMPLE_STEP };

describe('a fault at any request', () => {
  const results: Result[] = [];
  afterAll(() => {
    process.stdout.write(`\n${tableToText(results)}\n`);
  });

  it.each(rows)(
    'of "$name" is told in the exit code, and one plain run makes it good',
    async (row) => {
      const faultless = await runFaultless(row);
      const place = limit(AT_ONCE);
      const tried = await Promise.all(
        series.map((each, index) => place(() => tryFaults(row, each, sample(ROWS.indexOf(row), index), faultless))),
      );
      results.push(...tried);
      expect(tried.flatMap(({ wrong }) => wrong).join('\n\n')).toBe('');
    },
    isWhole ? 3_600_000 : 120_000,
  );
});
