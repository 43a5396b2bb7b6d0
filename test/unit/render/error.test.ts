import { describe, expect, it } from 'vitest';
import { TsfigError } from '../../../src/model/errors.js';
import { errorToText } from '../../../src/render/error.js';

describe('an error as text', () => {
  it('is message and hint, without a stack', () => {
    const error = new TsfigError('engine-unreachable', 'cannot reach Docker', { hint: 'start the daemon' });
    expect(errorToText(error, '1.2.3')).toBe('error: cannot reach Docker\n  hint: start the daemon');
  });

  it('is the message alone when there is no advice', () => {
    expect(errorToText(new TsfigError('not-found', 'no such volume'), '1.2.3')).toBe('error: no such volume');
  });

  it('asks for a report of what is a bug of ours, with stack, causes and version', () => {
    const text = errorToText(new TypeError('x is undefined', { cause: new Error('deeper') }), '1.2.3');
    expect(text).toContain('bug in tsfig 1.2.3');
    expect(text).toContain('TypeError: x is undefined\n    at ');
    expect(text).toContain('caused by: Error: deeper');
    expect(text).toContain('Please report it');
  });

  it('copes with whatever was thrown', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (const thrown of [undefined, null, 3, 'text', circle, 10n, { a: 1 }]) {
      expect(errorToText(thrown, '1.2.3')).toContain('Please report it');
    }
  });
});
