import { afterAll, describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/lib/limiter.js';
import {
  countRequests,
  newResult,
  runFaultless,
  SERIES,
  tableToText,
  tryFault,
  type Faultless,
  type Result,
  type Row,
} from '../support/fault-table.js';
import { ROWS } from './rows.js';

/** `npm run test:fault` sets it and tries every request; the rest of the time it is every so-manieth of a command. */
const isWhole = process.env['TSFIG_FAULTS'] === 'all';
const SAMPLE_STEP = 20;
/** Each is a project of its own, with an engine behind a proxy of its own. */
const place = createLimiter(4);

/** Every request of every series, each series until the command runs through without meeting its fault. */
async function tryAll(row: Row, faultless: Faultless): Promise<Result[]> {
  const results = SERIES.map((series) => newResult(row, series));
  const tries = results.map(async (result) => {
    for (let n = 1; await place(() => tryFault(row, n, result, faultless)); n += 1);
  });
  await Promise.all(tries);
  return results;
}

/** Some requests, spread over all series; other ones in every row. */
async function trySome(row: Row, faultless: Faultless): Promise<Result[]> {
  const results = SERIES.map((series) => newResult(row, series));
  const points = results.flatMap((result) =>
    Array.from({ length: countRequests(faultless, result.series) }, (_, index) => ({ result, n: index + 1 })),
  );
  const first = (ROWS.indexOf(row) * 7) % SAMPLE_STEP;
  const chosen = points.filter((_, index) => index % SAMPLE_STEP === first);
  await Promise.all(chosen.map(({ result, n }) => place(() => tryFault(row, n, result, faultless))));
  return results;
}

describe('a fault at any request', () => {
  const results: Result[] = [];
  afterAll(() => {
    process.stdout.write(`\n${tableToText(results)}\n`);
  });

  it.concurrent.each(ROWS.map((row) => [row.name, row] as const))(
    'of %s is told in the exit code, and one plain run makes it good',
    async (_name, row) => {
      const faultless = await place(() => runFaultless(row));
      const tried = await (isWhole ? tryAll(row, faultless) : trySome(row, faultless));
      results.push(...tried);
      expect(tried.flatMap(({ wrong }) => wrong).join('\n\n')).toBe('');
    },
    isWhole ? 3_600_000 : 300_000,
  );
});
