import { describe, expect, it } from 'vitest';
import { compare } from '../../../bench/lib/compare.mjs';
import { renamed } from '../../../bench/lib/recorder.mjs';
import { median, rotated, summarize } from '../../../bench/lib/statistics.mjs';
import { comparisonTable, factsTable } from '../../../bench/lib/table.mjs';

describe('the median', () => {
  it('is the value in the middle, or between the two there', () => {
    expect(median([30, 4, 5])).toBe(5);
    expect(median([30, 4, 5, 7])).toBe(6);
    expect(median([9])).toBe(9);
  });
});

describe('the order of a round', () => {
  it('begins with another one each time', () => {
    expect([0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc']);
    expect(rotated([], 3)).toEqual([]);
  });
});

describe('a comparison', () => {
  const measured = [
    { name: 'raw by 4', timesMs: [1100, 1300, 1200] },
    { name: 'raw by 8', timesMs: [1000, 900, 1100] },
    { name: 'own', timesMs: [1084, 1000, 1200] },
    { name: 'other', timesMs: [], failed: 'exit code 1: no | such thing' },
    { name: 'third', timesMs: [], skipped: 'not tried: over 600 s' },
  ];
  const how = { references: ['raw by 4', 'raw by 8'], targets: { own: { ratio: 1.08 }, other: { ratio: 2 } } };

  it('takes the quickest reference, and holds what is shown to the target', () => {
    const { reference, rows } = summarize(measured, how);
    expect(reference).toBe('raw by 8');
    expect(rows[2]).toMatchObject({ medianMs: 1084, leastMs: 1000, ratio: 1.08, ratioOfLeast: 1.11, reached: true });
    expect(rows[3]).toEqual({ name: 'other', failed: 'exit code 1: no | such thing' });
  });

  it('has no ratios, and no target reached, when the reference failed', () => {
    const failed = [{ name: 'raw by 4', timesMs: [], failed: 'no' }, measured[2]!];
    const { reference, rows } = summarize(failed, how);
    expect(reference).toBeNull();
    expect(rows[1]).toMatchObject({ ratio: null, reached: false });
  });

  it('can have a target in seconds', () => {
    const judge = (seconds: number): unknown =>
      summarize([{ name: 'own', timesMs: [1500] }], { references: [], targets: { own: { seconds } } }).rows[0];
    expect(judge(1.5)).toMatchObject({ reached: true });
    expect(judge(1.4)).toMatchObject({ reached: false });
  });

  it('becomes a table that says what failed and what was not tried', () => {
    expect(comparisonTable({ title: 'work', rounds: 3, ...summarize(measured, how) }).split('\n')).toEqual([
      '| work | median of 3 | least | ratio | of least | target |',
      '|---|---|---|---|---|---|',
      '| raw by 4 | 1.200 s | 1.100 s | × 1.20 | × 1.22 |  |',
      '| raw by 8 | 1.000 s | 0.900 s | reference |  |  |',
      '| own | 1.084 s | 1.000 s | × 1.08 | × 1.11 | ≤ × 1.08: reached |',
      '| other | failed: exit code 1: no \\| such thing |  |  |  |  |',
      '| third | not tried: over 600 s |  |  |  |  |',
    ]);
  });

  it('goes on without a way that fails, and does not try it again', async () => {
    const asked: string[] = [];
    const way = (name: string, time: () => Promise<number>) => ({
      name,
      time: () => (asked.push(name), time()),
    });
    const ways = [way('good', () => Promise.resolve(5)), way('bad', () => Promise.reject(new Error('out of paper')))];
    const { rows } = await compare(ways, { rounds: 3, references: ['good'] });
    expect(asked).toEqual(['good', 'bad', 'good', 'good']);
    expect(rows).toMatchObject([{ timesMs: [5, 5, 5] }, { failed: 'out of paper' }]);
  });
});

describe('facts', () => {
  it('become a table, with what is to be reached where there is something', () => {
    const facts = [
      { name: 'memory', value: 54.2, unit: 'MB', most: 75, reached: true },
      { name: 'lost', value: 1, most: 0, reached: false },
      { name: 'lines', value: 1000 },
    ];
    expect(factsTable({ title: 'facts', facts }).split('\n').slice(2)).toEqual([
      '| memory | 54.2 MB | ≤ 75 MB: reached |',
      '| lost | 1 | ≤ 0: missed |',
      '| lines | 1000 |  |',
    ]);
  });
});

describe('a recorded project', () => {
  it('gets another name and another subnet, wherever it tells them', () => {
    const name = 'bench-a_s0_1';
    const subnet = { Config: [{ Subnet: '10.70.3.0/24', Gateway: '10.70.3.1' }] };
    const plan = {
      project: 'bench-a',
      network: { path: '/v1.41/networks/create', body: { Name: 'bench-a_default', IPAM: subnet } },
      containers: [
        {
          name,
          path: `/v1.41/containers/create?name=${name}`,
          body: { Env: ['BENCH_A_S0_1_NAME=/x'], IPv4Address: '10.70.3.12' },
          needs: [name],
        },
      ],
    };
    const other = 'bench-b_s0_1';
    expect(renamed(plan, 'bench-b', 254)).toEqual({
      project: 'bench-b',
      network: {
        path: '/v1.41/networks/create',
        body: { Name: 'bench-b_default', IPAM: { Config: [{ Subnet: '10.70.1.0/24', Gateway: '10.70.1.1' }] } },
      },
      containers: [
        {
          name: other,
          path: `/v1.41/containers/create?name=${other}`,
          body: { Env: ['BENCH_B_S0_1_NAME=/x'], IPv4Address: '10.70.1.12' },
          needs: [other],
        },
      ],
    });
  });
});
