import { describe, expect, it } from 'vitest';
import { raceAbort, withTimeout } from '../../../src/lib/deadline.js';
import { didYouMean } from '../../../src/lib/did-you-mean.js';
import { groupBy } from '../../../src/lib/group-by.js';
import { createLimiter } from '../../../src/lib/limiter.js';
import { ms } from '../../../src/lib/units.js';

/** Work that ends when it is told to. */
function gate(): { readonly work: () => Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { work: () => opened, open: () => open() };
}

const late = (): Error => new Error('late');
const never = (): Promise<never> => new Promise(() => undefined);

describe('a limit', () => {
  it('lets so many pieces of work run at a time, first come, first served', async () => {
    const places = createLimiter(2);
    const begun: number[] = [];
    const gates = [gate(), gate(), gate()];
    const all = gates.map(({ work }, index) => places(() => (begun.push(index), work())));
    expect(begun).toEqual([0, 1]);
    gates[1]?.open();
    await all[1];
    await Promise.resolve();
    expect(begun).toEqual([0, 1, 2]);
    gates.forEach(({ open }) => open());
    await Promise.all(all);
  });

  it('lets work of a lower rank in before what has waited longer', async () => {
    const places = createLimiter(1);
    const begun: string[] = [];
    const first = gate();
    const note = (name: string) => () => Promise.resolve(begun.push(name));
    const all = [places(first.work), places(note('late'), 1), places(note('later'), 1), places(note('soon'))];
    first.open();
    await Promise.all(all);
    expect(begun).toEqual(['soon', 'late', 'later']);
  });

  it('gives the place on when work fails', async () => {
    const places = createLimiter(1);
    await expect(places(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(places(() => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});

describe('within', () => {
  const parent = (): AbortController => new AbortController();

  it('gives the answer that comes in time', async () => {
    await expect(withTimeout(ms(60_000), late, parent().signal, () => Promise.resolve(1))).resolves.toBe(1);
  });

  it('ends work that takes too long, and aborts its signal', async () => {
    let seen: AbortSignal | undefined;
    const work = (signal: AbortSignal): Promise<never> => ((seen = signal), never());
    await expect(withTimeout(ms(1), late, parent().signal, work)).rejects.toThrow('late');
    expect(seen?.aborted).toBe(true);
  });

  it("ends with the parent's reason, also when that came before", async () => {
    const controller = parent();
    const work = withTimeout(ms(60_000), late, controller.signal, never);
    controller.abort(new Error('stop'));
    await expect(work).rejects.toThrow('stop');
    await expect(withTimeout(ms(60_000), late, controller.signal, never)).rejects.toThrow('stop');
  });
});

it('drops the late failure of what was aborted', async () => {
  const controller = new AbortController();
  let fail: (error: Error) => void = () => undefined;
  const slow = new Promise<void>((_resolve, reject) => (fail = reject));
  const ended = raceAbort(slow, controller.signal);
  controller.abort(new Error('stop'));
  await expect(ended).rejects.toThrow('stop');
  fail(new Error('too late')); // an unhandled rejection would fail this run
});

describe('did you mean', () => {
  it('finds the word that was meant', () => {
    expect(didYouMean('port', ['ports', 'expose'])).toBe('ports');
    expect(didYouMean('WEB', ['web', 'db'])).toBe('web');
    expect(didYouMean('zzzzzz', ['web', 'db'])).toBeUndefined();
    expect(didYouMean('web', [])).toBeUndefined();
  });
});

it('groups in the order of coming', () => {
  expect([...groupBy([3, 1, 4, 1, 5], (value) => value % 2)]).toEqual([
    [1, [3, 1, 1, 5]],
    [0, [4]],
  ]);
});
