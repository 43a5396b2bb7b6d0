import { describe, expect, it } from 'vitest';
import { eventToJson } from '../../../src/render/json.js';
import { build, create, plan, ready, replacement, started } from './plans.js';

const STAMP = { at: 1_700_000_000_000, seq: 7 };

describe('an event as JSON', () => {
  it('is one line with version, number and time', () => {
    const event = { kind: 'log-line', container: 'shop_web_1', stream: 'stdout', text: 'a\nb "c"' } as const;
    expect(eventToJson(event, STAMP)).toMatchInlineSnapshot(
      `"{"v":1,"seq":7,"at":1700000000000,"kind":"log-line","container":"shop_web_1","stream":"stdout","text":"a\\nb \\"c\\""}"`,
    );
  });

  it('never holds a value of the environment or of a build argument', () => {
    const events = [ready(plan([create('shop_web_1'), build('web')])), ready(replacement())];
    for (const event of [...events, started(create('shop_web_1')), started(build('web'))]) {
      expect(eventToJson(event, STAMP)).not.toContain('s3cret');
    }
  });

  it('keeps the names of the variables', () => {
    const line = JSON.parse(eventToJson(started(create('shop_web_1')), STAMP)) as {
      step: { spec: { environment: string[] } };
    };
    expect(line.step.spec.environment).toEqual(['A=…', 'BARE']);
  });
});
