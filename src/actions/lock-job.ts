import type { Holder, Release } from '../host/host.js';
import { TsfigError } from '../model/errors.js';
import { holderText, type Control } from '../model/event.js';
import type { Job } from '../plan/leftovers.js';
import { lockId } from './locked.js';
import type { OneOff } from './one-off.js';

/** What to do when the job is already running: fail, wait for its end however long that takes, or have it stopped. */
export type Busy = 'fail' | 'wait' | 'replace';

export interface Lockable {
  readonly job: Job;
  readonly oneOff: Pick<OneOff, 'world' | 'engine'>;
  readonly request: { readonly busy: Busy };
}

export interface JobLock {
  readonly release: Release;
  /** Somebody else had it first. */
  readonly waited: boolean;
}

/** The lock dies with this process, however it dies. Throws `lock-busy`. */
export async function lockJob(
  { job, oneOff: { world, engine }, request: { busy } }: Lockable,
  { signal, emit }: Control,
): Promise<JobLock> {
  let waited = false;
  const onBusy = async (holder: Holder): Promise<void> => {
    if (busy === 'fail' || (busy === 'replace' && !holder.stop())) throw alreadyRunning(job, holder, busy);
    const { pid, since } = holder;
    if (!waited) await emit({ kind: 'waiting-for-lock', holder: { pid, since } });
    waited = true;
  };
  const lock = await lockId(world, engine, `job ${job.name}`, signal);
  return { release: await world.host.lock.acquire(lock, signal, onBusy), waited };
}

function alreadyRunning({ name }: Job, holder: Holder, busy: Busy): TsfigError {
  const message = `${name} is already running (${holderText(holder)})`;
  const hint =
    busy === 'replace'
      ? `that process cannot be stopped from here; end it where it runs: kill ${holder.pid}`
      : '--wait waits for its end, --replace stops it first';
  return new TsfigError('lock-busy', message, { hint });
}
