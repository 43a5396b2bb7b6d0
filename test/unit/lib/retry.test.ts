import { describe, expect, it } from 'vitest';
import { withGrace } from '../../../src/lib/deadline.js';
import { retry } from '../../../src/lib/retry.js';
import { ms } from '../../../src/lib/units.js';

const never = new AbortController().signal;

describe('a retry', () => {
  it('tries until it works, while that is worth it', async () => {
    let tries = 0;
    const work = (): Promise<string> => (++tries < 3 ? Promise.reject(new Error('busy')) : Promise.resolve('done'));
    const worth = (error: unknown): boolean => (error as Error).message === 'busy';
    await expect(retry(work, { worth, limit: ms(60_000), signal: never })).resolves.toBe('done');
    expect(tries).toBe(3);
  });

  it('fails at once with what is not worth another try', async () => {
    let tries = 0;
    const work = (): Promise<never> => ((tries += 1), Promise.reject(new Error('no')));
    await expect(retry(work, { worth: () => false, limit: ms(60_000), signal: never })).rejects.toThrow('no');
    expect(tries).toBe(1);
  });

  it('fails as the last try did when the limit would be over before the next', async () => {
    let tries = 0;
    const work = (): Promise<never> => Promise.reject(new Error(`try ${(tries += 1)}`));
    const failed = retry(work, { worth: () => true, limit: ms(70), signal: never });
    await expect(failed).rejects.toThrow(/^try [23]$/);
  });

  it('is ended in its pause by the signal', async () => {
    const controller = new AbortController();
    const work = (): Promise<never> => (controller.abort(new Error('stop')), Promise.reject(new Error('busy')));
    const failed = retry(work, { worth: () => true, limit: ms(60_000), signal: controller.signal });
    await expect(failed).rejects.toThrow('stop');
  });
});

describe('patience', () => {
  it('has no end before the signal, and a short one after it', async () => {
    const controller = new AbortController();
    await expect(withGrace(Promise.resolve(1), ms(1), controller.signal)).resolves.toBe(1);
    const waiting = withGrace(new Promise(() => undefined), ms(1), controller.signal);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    await expect(withGrace(Promise.resolve(2), ms(1), controller.signal)).resolves.toBe(2);
  });
});
