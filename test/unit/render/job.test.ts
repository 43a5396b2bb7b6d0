import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/lib/units.js';
import type { BackingOff, JobEnded } from '../../../src/model/event.js';
import { backingOffText, jobEndedText } from '../../../src/render/job.js';

const waiting: BackingOff = {
  kind: 'backing-off',
  container: 'shop_job_once',
  failures: 5,
  exitCode: 127,
  ranFor: ms(0),
  why: '"sh" not found in image loguploader:1.4',
  pause: ms(8000),
};
const ended: JobEnded = { kind: 'job-ended', service: 'job', run: 12, exitCode: 0, took: ms(1200), pause: ms(3800) };

describe('a job in words', () => {
  it('says why it waits, and for how long', () => {
    expect([
      backingOffText(waiting),
      backingOffText({ ...waiting, failures: 1, ranFor: ms(1001), exitCode: 1, why: null, pause: ms(300) }),
      backingOffText({ ...waiting, exitCode: null, why: 'no such image' }),
    ]).toMatchInlineSnapshot(`
      [
        "shop_job_once: last 5 runs ended with 127 within 1 s: "sh" not found in image loguploader:1.4; next try in 8 s",
        "shop_job_once: last run ended with 1 within 2 s; next try in 300 ms",
        "shop_job_once: last 5 runs could not start: no such image; next try in 8 s",
      ]
    `);
  });

  it('says how a run ended, and when the next one comes', () => {
    expect([
      jobEndedText(ended),
      jobEndedText({ ...ended, pause: ms(0) }),
      jobEndedText({ ...ended, exitCode: null, pause: ms(0) }),
    ]).toMatchInlineSnapshot(`
      [
        "job: run 12 ended with 0 after 1.2 s; next in 3.8 s",
        "job: run 12 ended with 0 after 1.2 s",
        "job: run 12 failed",
      ]
    `);
  });
});
