import { describe, expect, it } from 'vitest';
import { repeat, type RepeatRequest } from '../../../src/actions/repeat.js';
import { ms } from '../../../src/lib/units.js';
import { jobEndedText } from '../../../src/render/job.js';
import { memoryControl, MemoryWorld, onceRequest, type MemoryControl } from '../../support/memory-world.js';

const FIG = 'job: { image: busybox, command: "true" }\n';
const request = (every: number): RepeatRequest => ({ ...onceRequest(), every: ms(every) });

/** Stops at the pause after so many runs. */
function stopAfter(world: MemoryWorld, { events, stop }: MemoryControl, count: number): void {
  world.onPause = () => {
    if (events.filter(({ kind }) => kind === 'job-ended').length >= count) stop();
  };
}

const ended = ({ events }: MemoryControl): string[] =>
  events.flatMap((event) =>
    event.kind === 'job-ended' ? [jobEndedText({ ...event, took: ms(0), pause: ms(0) })] : [],
  );
const warnings = ({ events }: MemoryControl): string[] =>
  events.flatMap((event) => (event.kind === 'warning' ? [event.diagnostic.message] : []));

describe('a job that is run again and again', () => {
  it('has its lock all the while, and lets go of it at the end', async () => {
    const world = new MemoryWorld(FIG);
    const memory = memoryControl();
    stopAfter(world, memory, 3);
    await expect(repeat(world, request(0), memory.control)).rejects.toMatchObject({ code: 'interrupted' });
    expect(ended(memory)).toEqual([1, 2, 3].map((run) => `job: run ${run} ended with 0 after 0 ms`));
    expect(world.locks).toBe(0);
  });

  it('goes on when the file is broken meanwhile, and reads it anew each time', async () => {
    const world = new MemoryWorld(FIG);
    const memory = memoryControl();
    const files = ['job: { image: }\n', 'job: { image: busybox, command: "exit 3" }\n'];
    world.onPause = () => {
      const next = files.shift();
      if (next === undefined) memory.stop();
      else world.file = next;
    };
    await expect(repeat(world, request(0), memory.control)).rejects.toMatchObject({ code: 'interrupted' });
    expect(ended(memory)).toEqual([
      'job: run 1 ended with 0 after 0 ms',
      'job: run 2 failed',
      'job: run 3 ended with 3 after 0 ms',
    ]);
    expect(warnings(memory)).toHaveLength(1);
  });

  it('ends at once for a file that is wrong from the beginning, and for a busy lock', async () => {
    const memory = memoryControl();
    const wrong = await repeat(new MemoryWorld('job: {}\n'), request(0), memory.control);
    expect(wrong.ok).toBe(false);
    const world = new MemoryWorld(FIG);
    world.holder = { pid: 1, since: 'yesterday', stop: () => false };
    await expect(repeat(world, request(0), memory.control)).rejects.toMatchObject({ code: 'lock-busy' });
    expect(world.pauses).toEqual([]);
  });

  it('does not spin where there is no engine: it waits up to a minute, and goes on at once when that is back', async () => {
    const world = new MemoryWorld(FIG);
    const memory = memoryControl();
    world.engine.isReachable = false;
    world.onPause = () => {
      if (world.pauses.length === 9) world.engine.isReachable = true;
      if (world.pauses.length === 10) memory.stop();
    };
    await expect(repeat(world, request(0), memory.control)).rejects.toMatchObject({ code: 'interrupted' });
    expect(world.pauses.map((pause) => pause / 1000)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 0]);
    expect(warnings(memory)).toEqual(Array.from({ length: 9 }, () => 'cannot reach the Docker engine'));
    expect(ended(memory).at(-1)).toBe('job: run 10 ended with 0 after 0 ms');
  });
});
