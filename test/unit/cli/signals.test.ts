import { describe, expect, it } from 'vitest';
import { leftError, MayRun } from '../../../src/cli/may-run.js';
import { WishCounter } from '../../../src/cli/signals.js';
import type { StopSignal } from '../../../src/cli/exit-codes.js';
import { ms } from '../../../src/lib/units.js';
import type { RunEvent } from '../../../src/model/event.js';
import type { Step } from '../../../src/model/plan.js';
import { sealContainer } from '../../../src/model/sealed.js';
import { plainPlan, StepList } from '../../../src/plan/steps.js';
import { specOf } from '../../support/specs.js';

type At = readonly [StopSignal, number];
const wishesOf = (signals: readonly At[]): (number | null)[] => {
  const counter = new WishCounter();
  return signals.map(([name, at]) => counter.next(name, at));
};

describe('wishes of a user', () => {
  it.each<{ what: string; signals: readonly At[]; wishes: readonly (number | null)[] }>([
    {
      what: 'a terminal that closes, which sends SIGHUP twice',
      signals: [
        ['SIGHUP', 0],
        ['SIGHUP', 0.4],
      ],
      wishes: [1, null],
    },
    {
      what: 'SIGTERM and SIGHUP of one moment',
      signals: [
        ['SIGTERM', 10],
        ['SIGHUP', 11],
      ],
      wishes: [1, null],
    },
    {
      what: 'SIGHUP long after SIGTERM, which never kills',
      signals: [
        ['SIGTERM', 0],
        ['SIGHUP', 9000],
      ],
      wishes: [1, null],
    },
    {
      what: 'one Ctrl-C that a shell passes on',
      signals: [
        ['SIGINT', 0],
        ['SIGINT', 20],
        ['SIGTERM', 499],
      ],
      wishes: [1, null, null],
    },
    {
      what: 'a user who insists twice',
      signals: [
        ['SIGINT', 0],
        ['SIGINT', 500],
        ['SIGINT', 900],
        ['SIGTERM', 1000],
      ],
      wishes: [1, 2, null, 3],
    },
    {
      what: 'a user who hits Ctrl-C without a pause',
      signals: [
        ['SIGINT', 0],
        ['SIGINT', 300],
        ['SIGINT', 600],
      ],
      wishes: [1, null, 2],
    },
    {
      what: 'SIGTERM after SIGHUP',
      signals: [
        ['SIGHUP', 0],
        ['SIGTERM', 800],
      ],
      wishes: [1, 2],
    },
  ])('are counted, not signals: $what', ({ signals, wishes }) => {
    expect(wishesOf(signals)).toEqual(wishes);
  });
});

describe('what may still run when tsfig is left', () => {
  const why = { code: 'asked-for' } as const;
  const list = new StepList('s');
  const ref = (name: string) => ({ id: `id of ${name}`, name, replica: null });
  const start = list.make({ kind: 'start-container', container: ref('shop_web_1') }, why);
  const stop = list.make({ kind: 'stop-container', container: ref('shop_db_1'), grace: null }, why);
  const replica = { project: 'shop', service: 'job', number: 1, role: 'one-off', generation: 1 } as const;
  const job = list.make(
    { kind: 'create-container', spec: sealContainer(specOf('shop_job_run_1', 'shop')), replica },
    why,
  );
  const ended = (step: Step): RunEvent => ({ kind: 'step-ended', step, outcome: { kind: 'done', took: ms(1) } });
  const planned = (...planSteps: readonly Step[]): RunEvent => ({
    kind: 'plan-ready',
    plan: plainPlan('shop', planSteps),
  });

  const namesAfter = (...events: readonly RunEvent[]): string[] => {
    const mayRun = new MayRun();
    for (const event of events) mayRun.note(event);
    return mayRun.names;
  };

  it('is what was being started, what was to be stopped, and the container of a command', () => {
    const failed: RunEvent = { kind: 'step-ended', step: stop, outcome: { kind: 'cancelled' } };
    expect(namesAfter(planned(start, stop), { kind: 'step-started', step: start }, failed)).toEqual([
      'shop_db_1',
      'shop_web_1',
    ]);
    expect(namesAfter({ kind: 'step-started', step: job })).toEqual(['shop_job_run_1']);
  });

  it('is not what has ended, was stopped, or was never begun', () => {
    expect(namesAfter(planned(start, stop), ended(stop))).toEqual([]);
    expect(
      namesAfter(
        { kind: 'step-started', step: start },
        { kind: 'container-exited', container: 'shop_web_1', exitCode: 0, restarting: false },
      ),
    ).toEqual([]);
  });

  it('is named, with the command that shows it', () => {
    const { message, hint } = leftError(['shop_db_1', 'shop_web_1']);
    expect(message).toBe('tsfig left before the engine had answered; these may still run: shop_db_1, shop_web_1');
    expect(hint).toContain('tsfig ps');
    expect(leftError([]).message).toBe('tsfig left before the engine had answered');
  });
});
