import { describe, expect, it } from 'vitest';
import type { Progress, RunEvent } from '../../../src/model/event.js';
import type { Step } from '../../../src/model/plan.js';
import { frame } from '../../../src/render/tty.js';
import { isSettled, type LiveState, markShown, NO_TASKS, outputOf, reduce } from '../../../src/render/tty-state.js';
import { widthOf } from '../../../src/render/width.js';
import * as p from './plans.js';

/** Events with the second they are told in. */
type Told = readonly [second: number, event: RunEvent];

const after = (told: readonly Told[]): LiveState =>
  told.reduce((state, [second, event]) => reduce(state, event, second * 1000), NO_TASKS);
const shown = (state: LiveState, second: number, columns = 80, rows = 20): string =>
  frame(state, { columns, rows, colour: false }, second * 1000).join('\n');
const layer = (of: Step, progress: Partial<Progress>): RunEvent => ({
  kind: 'step-progress',
  step: of,
  progress: { part: 'a1b2c3', status: 'Downloading', doneBytes: null, totalBytes: null, ...progress },
});

const web = [p.create('shop_web_1'), p.start('shop_web_1')] as const;
const pull = p.pull('postgres:16', 'db');

describe('a live view', () => {
  it('shows one line for each task that has begun', () => {
    const told: Told[] = [
      [0, p.ready(p.plan([...web, p.stop('shop_old_1'), p.stop('shop_later_1')]))],
      [0, p.started(web[0])],
      [1, p.done(web[0])],
      [1, p.started(p.stop('shop_old_1'))],
      [11.2, p.done(p.stop('shop_old_1'))],
    ];
    expect(shown(after(told), 12)).toMatchInlineSnapshot(`
      "Creating shop_web_1 ... |  12 s
      Stopping shop_old_1 ... done  10.2 s"
    `);
  });

  it('shows layers with bars, and bytes and rate of the whole pull', () => {
    const told: Told[] = [
      [0, p.ready(p.plan([pull]))],
      [0, p.started(pull)],
      [0, layer(pull, { part: 'first', doneBytes: 0, totalBytes: 40_000_000 })],
      [1, layer(pull, { part: 'other', doneBytes: 5_000_000, totalBytes: 5_000_000 })],
      [1.1, layer(pull, { part: 'other', status: 'Pull complete' })],
      [1.2, layer(pull, { part: 'waits', status: 'Waiting' })],
      [2, layer(pull, { part: 'first', doneBytes: 10_000_000, totalBytes: 40_000_000 })],
    ];
    expect(shown(after(told), 2)).toMatchInlineSnapshot(`
      "Pulling db (postgres:16) ... |  15.0 MB/45.0 MB  10.0 MB/s  2 s
        first Downloading [=====>              ] 10.0 MB/40.0 MB"
    `);
  });

  it('counts what was fetched once, though unpacking begins at 0 again', () => {
    const told: Told[] = [
      [0, p.started(pull)],
      [0, layer(pull, { doneBytes: 40_000_000, totalBytes: 40_000_000 })],
      [0, layer(pull, { status: 'Extracting', doneBytes: 8_000_000, totalBytes: 40_000_000 })],
    ];
    expect(shown(after(told), 0)).toMatchInlineSnapshot(`
      "Pulling db (postgres:16) ... |  40.0 MB/40.0 MB
        a1b2c3 Extracting [====>               ] 8.00 MB/40.0 MB"
    `);
  });

  it('shows the last line of a build without what it does to the terminal', () => {
    const told: Told[] = [
      [0, p.started(p.build('web'))],
      [
        1,
        { kind: 'step-output', step: p.build('web'), text: 'Step 1/2\n\u001b[31mnpm\u001b[0m \u001b[2Kci\u0007\n\n' },
      ],
    ];
    const state = after(told);
    expect(shown(state, 7)).toBe('Building web ... |  7 s  npm ci\uFFFD');
    expect(outputOf(state, p.build('web'))).toHaveLength(2);
  });

  it('shows failures and what was skipped because of them', () => {
    const told: Told[] = [
      [0, p.ready(p.plan([pull, ...web]))],
      [0, p.started(pull)],
      [1, p.failed(pull, 'no such image')],
      [1, p.skipped(web[0], 'pull postgres:16')],
      [1, p.skipped(web[1], 'pull postgres:16')],
    ];
    const state = after(told);
    expect(shown(state, 1)).toMatchInlineSnapshot(`
      "Pulling db (postgres:16) ... error  1 s
      Creating shop_web_1 ... skipped  because pulling db failed"
    `);
    expect(isSettled(state)).toBe(true);
  });

  it('shows putting back, though its steps have the ids of others', () => {
    const plan = p.replacement();
    const [stop, rename, create, start, remove] = plan.steps as [Step, Step, Step, Step, Step];
    const told: Told[] = [
      [0, p.ready(plan)],
      ...[stop, rename, create].flatMap((of): Told[] => [
        [0, p.started(of)],
        [0, p.done(of)],
      ]),
      [0, p.started(start)],
      [0, p.failed(start, 'no')],
      [0, p.skipped(remove, start.id)],
      ...plan.rescues[0]!.steps.map((of): Told => [0, p.started(of)]),
    ];
    expect(shown(after(told), 0)).toMatchInlineSnapshot(`
      "Recreating shop_db_1 (command changed) ... error
      Putting shop_db_1 back ... |"
    `);
  });

  it('shows a wait once it takes a while', () => {
    const state = after([
      [0, p.ready(p.plan([p.wait('shop_db_1')]))],
      [0, p.started(p.wait('shop_db_1'))],
    ]);
    expect(shown(state, 0.5)).toBe('');
    expect(shown(state, 2)).toBe('Waiting for shop_db_1 to be ready ... |  2 s');
    expect(shown(reduce(state, p.done(p.wait('shop_db_1')), 500), 9)).toBe('');
  });

  it('does not show again what stands above it', () => {
    const state = after([
      [0, p.ready(p.plan(web))],
      [0, p.started(web[0])],
    ]);
    expect(shown(markShown(state), 0)).toBe('');
  });

  it('colours words, not widths', () => {
    const state = after([
      [0, p.started(web[0])],
      [0, p.done(web[0])],
    ]);
    expect(frame(state, { columns: 80, rows: 9, colour: true }, 0)).toEqual([
      'Creating shop_web_1 ... \u001b[32mdone\u001b[39m',
    ]);
  });
});

describe('a frame', () => {
  it('folds what is done before what is on its way, and never grows higher than the screen', () => {
    const steps = Array.from({ length: 30 }, (_, at) => p.stop(`shop_web_${at + 1}`));
    const told = steps.flatMap((of, at): Told[] => [[0, p.started(of)], ...(at < 27 ? [[0, p.done(of)] as Told] : [])]);
    expect(shown(after([[0, p.ready(p.plan(steps))], ...told]), 0, 80, 6)).toMatchInlineSnapshot(`
      "25 finished
      Stopping shop_web_26 ... done
      Stopping shop_web_27 ... done
      Stopping shop_web_28 ... |
      Stopping shop_web_29 ... |
      Stopping shop_web_30 ... |"
    `);
    for (let rows = 1; rows < 40; rows += 1) {
      expect(frame(after(told), { columns: 80, rows, colour: false }, 0).length).toBeLessThanOrEqual(rows);
    }
  });

  it('is never wider than the screen, whatever is in it', () => {
    const wide = p.build('日本語サービス');
    const told: Told[] = [
      [0, p.started(wide)],
      [0, layer(wide, { part: 'コンテキスト', doneBytes: 3_000_000, totalBytes: 9_000_000 })],
      [0, { kind: 'step-output', step: wide, text: '進捗 👩‍👩‍👧 '.repeat(20) }],
      [0, p.started(pull)],
      [0, p.failed(pull, 'x')],
    ];
    for (let columns = 1; columns < 120; columns += 1) {
      for (const colour of [true, false]) {
        for (const line of frame(after(told), { columns, rows: 10, colour }, 90_000)) {
          expect(widthOf(line)).toBeLessThanOrEqual(columns);
        }
      }
    }
  });

  it('keeps the outcome visible in a narrow terminal', () => {
    const state = after([
      [0, p.started(web[0])],
      [0, p.done(web[0])],
    ]);
    expect(shown(state, 0, 20)).toBe('Creating s… ... done');
  });
});
