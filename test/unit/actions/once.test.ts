import { describe, expect, it } from 'vitest';
import { once } from '../../../src/actions/once.js';
import { ms } from '../../../src/lib/units.js';
import { TsfigError } from '../../../src/model/errors.js';
import { backingOffText } from '../../../src/render/job.js';
import { memoryControl, MemoryWorld, onceRequest } from '../../support/memory-world.js';

const HOUR = 3_600_000;

/** Runs the job; the code, or the code of the error, and what it said about waiting. */
async function run(world: MemoryWorld, backoff = true): Promise<{ end: number | string | null; said: string[] }> {
  const { control, events } = memoryControl();
  const ended = once(world, onceRequest({ backoff }), control).then(
    (result) => (result.ok ? result.value.exitCode : 'bad file'),
    (error: unknown) => (error as { code: string }).code,
  );
  const end = await ended;
  return { end, said: events.flatMap((event) => (event.kind === 'backing-off' ? [backingOffText(event)] : [])) };
}

async function runs(world: MemoryWorld, count: number): Promise<string[]> {
  const said: string[] = [];
  for (let run_ = 0; run_ < count; run_ += 1) said.push(...(await run(world)).said);
  return said;
}

/** As if the job's container had ended when the clock says so. */
function endAtNow({ engine, now }: MemoryWorld): void {
  for (const [id, container] of engine.containers) {
    const [startedAt, finishedAt] = [now - 100, now].map((at) => new Date(at).toISOString());
    const createdAt = Math.floor(now / 1000);
    engine.containers.set(id, {
      ...container,
      createdAt,
      startedAt: startedAt ?? null,
      finishedAt: finishedAt ?? null,
    });
  }
}

describe('a job that cannot work', () => {
  it('waits longer and longer, up to a minute, and says each time why and for how long', async () => {
    const world = new MemoryWorld('job: { image: missing }\n');
    const said = await runs(world, 10);
    expect(world.pauses.map((pause) => pause / 1000)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(said).toHaveLength(8);
    expect(said[0]).toMatch(/^shop_job_once: last 2 runs could not start: cannot pull missing.*; next try in 1 s$/);
    expect(said[7]).toMatch(/^shop_job_once: last 9 runs could not start: .*; next try in 1 min 0 s$/);
  });

  it('begins anew after one success, also where no container could tell of the failures', async () => {
    const world = new MemoryWorld('job: { image: missing, command: "true" }\n');
    await runs(world, 5);
    world.engine.addPullable('missing');
    expect((await run(world)).end).toBe(0);
    world.pauses.length = 0;
    expect((await run(world)).end).toBe(0);
    expect(world.pauses).toEqual([]);
    expect(world.engine.volumes.size).toBe(0);
  });

  it('says the last line of a job that ran and failed at once', async () => {
    const world = new MemoryWorld('job: { image: busybox, command: ["sh", "-c", "echo no such key; exit 4"] }\n');
    for (let count = 0; count < 3; count += 1) {
      expect((await run(world)).end).toBe(4);
      endAtNow(world);
    }
    expect((await run(world)).said).toEqual([
      'shop_job_once: last 3 runs ended with 4 within 1 s: no such key; next try in 2 s',
    ]);
  });

  it('does not wait when it is told not to', async () => {
    const world = new MemoryWorld('job: { image: missing }\n');
    for (let count = 0; count < 4; count += 1) await run(world, false);
    expect(world.pauses).toEqual([]);
  });

  it('waits no longer than it would have, however far the clock was set back meanwhile', async () => {
    const world = new MemoryWorld('job: { image: missing }\n');
    await runs(world, 4);
    world.pauses.length = 0;
    world.now -= 24 * HOUR;
    await runs(world, 1);
    expect(world.pauses).toEqual([4000]);
    await runs(world, 1);
    expect(world.pauses).toEqual([4000, 8000]);
  });

  it('does not wait at all when the pause is over already', async () => {
    const world = new MemoryWorld('job: { image: missing }\n');
    await runs(world, 4);
    world.pauses.length = 0;
    world.now += HOUR;
    await runs(world, 1);
    expect(world.pauses).toEqual([]);
  });

  it('is told by a signal in its pause to end, lets go of its lock, and counts no failure for that', async () => {
    const world = new MemoryWorld('job: { image: missing }\n');
    await runs(world, 3);
    const { control, stop } = memoryControl();
    world.onPause = stop;
    await expect(once(world, onceRequest(), control)).rejects.toMatchObject({ code: 'interrupted' });
    expect(world.locks).toBe(0);
    world.onPause = () => undefined;
    world.pauses.length = 0;
    await runs(world, 1);
    expect(world.pauses).toEqual([ms(2000)]);
  });
});

describe('a job that is told to stop while it starts', () => {
  it.each([1, 2])('does not run on without its tsfig: %s signals', async (signals) => {
    const world = new MemoryWorld('job: { image: busybox, command: sleep 600 }\n');
    const { control, stop, kill } = memoryControl();
    world.engine.onCall = ({ method }) => {
      if (method !== 'startContainer') return;
      stop();
      if (signals === 2) kill();
    };
    expect(await once(world, onceRequest(), control)).toMatchObject({ value: { exitCode: 137 } });
    expect([...world.engine.containers.values()].map(({ state }) => state)).toEqual(['exited']);
  });
});

describe('a job whose network somebody else has just taken the subnet of', () => {
  it('gets the next subnet', async () => {
    const world = new MemoryWorld('job: { image: busybox, command: "true" }\n');
    world.engine.failNext('createNetwork', new TsfigError('subnet-taken', 'Pool overlaps with other one'));
    expect((await run(world)).end).toBe(0);
    const made = world.engine.calls.filter(({ method }) => method === 'createNetwork');
    const subnets = made.map(({ args }) => (args[0] as { subnet: string }).subnet);
    expect(new Set(subnets).size).toBe(2);
    expect((await run(world)).said).toEqual([]);
  });
});

describe('a job whose container is pruned before it is started', () => {
  /** Somebody removes it at the first so many starts. */
  function pruning(times: number): MemoryWorld {
    const world = new MemoryWorld('job: { image: busybox, command: "true" }\n');
    let left = times;
    world.engine.onCall = ({ method }) => {
      if (method === 'startContainer' && left-- > 0) world.engine.containers.clear();
    };
    return world;
  }
  const made = ({ engine }: MemoryWorld): number =>
    engine.calls.filter(({ method }) => method === 'createContainer').length;

  it('is made again, once', async () => {
    const [first, second] = [pruning(1), pruning(2)];
    expect([(await run(first)).end, made(first)]).toEqual([0, 2]);
    expect([(await run(second)).end, made(second)]).toEqual(['container-not-found', 2]);
  });
});

describe('a job that fails before anything is planned', () => {
  it('waits before it tries again, too', async () => {
    const world = new MemoryWorld('job: { image: busybox, command: "true", external_links: [nosuch] }\n');
    expect((await run(world)).end).toBe('container-not-found');
    expect((await run(world)).said).toEqual([]);
    expect((await run(world)).said).toEqual([
      'shop_job_once: last 2 runs could not start: there is no container nosuch, which external_links of job names (fig.yml:1); next try in 1 s',
    ]);
  });
});

describe('a job that the engine refuses to stop', () => {
  it('is asked to once more', async () => {
    const world = new MemoryWorld('job: { image: busybox, command: sleep 600 }\n');
    const { control, stop } = memoryControl();
    world.engine.failNext('stopContainer', new TsfigError('engine-refused', 'server error'));
    world.engine.onCall = ({ method }) => {
      if (method === 'waitContainer') stop();
    };
    expect(await once(world, onceRequest(), control)).toMatchObject({ value: { exitCode: 137 } });
    expect(world.engine.calls.filter(({ method }) => method === 'stopContainer')).toHaveLength(2);
  });
});

describe('a job that runs already', () => {
  it('is refused with its holder, who is stopped only when that is asked for and can be', async () => {
    const world = new MemoryWorld('job: { image: busybox, command: "true" }\n');
    let stopped = 0;
    world.holder = { pid: 4711, since: 'yesterday', stop: () => ((stopped += 1), false) };
    const { control } = memoryControl();
    await expect(once(world, onceRequest(), control)).rejects.toMatchObject({
      code: 'lock-busy',
      message: 'shop_job_once is already running (pid 4711, since yesterday)',
    });
    expect(stopped).toBe(0);
    await expect(once(world, onceRequest({ busy: 'replace' }), control)).rejects.toMatchObject({
      code: 'lock-busy',
      message: 'shop_job_once is already running (pid 4711, since yesterday)',
      hint: 'that process cannot be stopped from here; end it where it runs: kill 4711',
    });
    expect(stopped).toBe(1);
    expect(world.engine.containers.size).toBe(0);
  });
});
