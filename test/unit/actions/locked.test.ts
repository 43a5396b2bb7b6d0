import { describe, expect, it } from 'vitest';
import { lockJob, type Busy } from '../../../src/actions/lock-job.js';
import { acquireWithin, locked } from '../../../src/actions/locked.js';
import { acquireSubnetLock } from '../../../src/actions/subnet-lock.js';
import type { Holder, Lock, LockId } from '../../../src/host/host.js';
import { ms, seconds } from '../../../src/lib/units.js';
import type { Control, RunEvent } from '../../../src/model/event.js';
import { memoryControl, MemoryWorld } from '../../support/memory-world.js';

const HOLDER: Holder = { pid: 4711, since: '2026-01-02T03:04:05Z', stop: () => true };
const NEWS = { kind: 'waiting-for-lock', holder: { pid: 4711, since: '2026-01-02T03:04:05Z' } };
const LOCK: LockId = { secret: 'secret', name: 'project shop' };
const FIG = 'web: { image: busybox }\n';

/** A world whose locks do this. */
const worldWith = (acquire: Lock['acquire']): MemoryWorld => {
  const world = new MemoryWorld(FIG);
  return Object.assign(world, { host: { ...world.host, lock: { acquire } } });
};

/** Somebody has it, for ever. */
const taken: Lock['acquire'] = async (_lock, signal, onBusy) => {
  await onBusy(HOLDER);
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
};

/** Calls this after each event. */
function onEvent(control: Control, then: () => void): void {
  const { emit } = control;
  const emitThen = (event: RunEvent): void => {
    void emit(event);
    then();
  };
  Object.assign(control, { emit: emitThen });
}

describe('waiting for a lock', () => {
  it('lock: a wait for it is reported, and goes on until the holder has let go', async () => {
    const { control, events } = memoryControl();
    let letGo: () => void = () => undefined;
    const isFree = new Promise<void>((resolve) => (letGo = resolve));
    const world = worldWith(async (_lock, _signal, onBusy) => {
      await onBusy(HOLDER);
      await isFree;
      return () => Promise.resolve();
    });
    const told = new Promise<void>((resolve) => {
      onEvent(control, resolve);
    });
    const working = locked(world, { engine: world.engine, project: 'shop' }, control, () => Promise.resolve('done'));
    await told;
    letGo();
    expect(await working).toBe('done');
    expect(events).toEqual([NEWS]);
  });

  it('lock: a wait for it ends after its limit, with the process to end in the message', async () => {
    const wait = { what: 'shop', limit: ms(20), quiet: ms(0) };
    const { control } = memoryControl();
    await expect(acquireWithin(worldWith(taken), LOCK, wait, control)).rejects.toMatchObject({
      code: 'lock-timeout',
      message: 'shop is still in use by another tsfig (pid 4711, since 2026-01-02T03:04:05Z) after 20 ms',
      hint: 'if it hangs, end it: kill 4711',
    });
  });

  it('lock: a wait for the subnets is reported when it is long, and a signal ends it', async () => {
    const { control, events, stop } = memoryControl();
    const world = worldWith(taken);
    onEvent(control, stop);
    await expect(acquireSubnetLock(world, world.engine, control)).rejects.toMatchObject({ code: 'interrupted' });
    expect(events).toEqual([NEWS]);
  });

  it('lock: a wait that is short enough is not reported', async () => {
    const { control, events } = memoryControl();
    const world = new MemoryWorld(FIG);
    world.holder = HOLDER;
    await (
      await acquireWithin(world, LOCK, { what: 'shop', limit: seconds(600), quiet: seconds(600) }, control)
    )();
    expect([events, world.locks]).toEqual([[], 0]);
  });
});

describe('which lock', () => {
  it('lock: it is that of the engine, whatever address leads there, and of the address where an engine has no secret', async () => {
    const used: LockId[] = [];
    const world = worldWith((lock) => {
      used.push(lock);
      return Promise.resolve(() => Promise.resolve());
    });
    const { control } = memoryControl();
    const work = (different: object): Promise<unknown> => {
      const engine = Object.assign(Object.create(world.engine) as typeof world.engine, different);
      return locked(world, { engine, project: 'shop' }, control, () => Promise.resolve());
    };
    for (const address of ['unix:///run/docker.sock', 'tcp://127.0.0.1:2375']) {
      await work({ address, secret: () => Promise.resolve('id') });
    }
    await work({ address: 'unix:///run/podman.sock', secret: () => Promise.resolve(null) });
    expect(used).toEqual([
      { secret: 'id', name: 'project shop' },
      { secret: 'id', name: 'project shop' },
      { secret: 'unix:///run/podman.sock', name: 'project shop' },
    ]);
  });
});

describe('the lock of a job', () => {
  const lockFor = (busy: Busy, stop: () => boolean) => {
    const world = new MemoryWorld(FIG);
    world.holder = { ...HOLDER, stop };
    const memory = memoryControl();
    const job = { name: 'shop_job_once', service: 'job' };
    const taking = lockJob({ job, oneOff: { world, engine: world.engine }, request: { busy } }, memory.control);
    return { taking, events: memory.events };
  };

  it('lock: with "wait" the holder is waited for, with "replace" it is asked to stop first', async () => {
    let stopped = 0;
    const stop = (): boolean => ((stopped += 1), true);
    const waiting = lockFor('wait', stop);
    expect(await waiting.taking).toMatchObject({ waited: true });
    expect([waiting.events, stopped]).toEqual([[NEWS], 0]);
    const replacing = lockFor('replace', stop);
    expect(await replacing.taking).toMatchObject({ waited: true });
    expect([replacing.events, stopped]).toEqual([[NEWS], 1]);
  });
});
