import type { Release } from '../host/host.js';
import { TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import type { Job } from '../plan/leftovers.js';
import { engineKey } from './locked.js';
import type { OneOff } from './one-off.js';

/** What to do when the job runs already: fail, wait for its end, or have it stopped. */
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

/** The lock dies with this process, however it dies. */
export async function lockJob(
  { job, oneOff: { world, engine }, request }: Lockable,
  control: Control,
): Promise<JobLock> {
  const { lock } = world.host;
  const name = `job ${engineKey(world, engine)} ${job.name}`;
  for (let waited = false; ; waited = true) {
    const taken = await lock.take(name, control.signal);
    if (typeof taken === 'function') return { release: taken, waited };
    if (request.busy === 'wait' || (request.busy === 'replace' && taken.stop())) {
      if (!waited) await control.emit({ kind: 'waiting-for-lock', holder: taken.words });
      await taken.gone(control.signal);
    } else {
      taken.leave();
      throw busy(job, taken.words, request.busy);
    }
  }
}

function busy({ name }: Job, holder: string, wish: Busy): TsfigError {
  const message = `${name} runs already (${holder})`;
  if (wish === 'replace') return new TsfigError('lock-busy', `${message}, and is not ours to stop`);
  return new TsfigError('lock-busy', message, { hint: '--wait waits for its end, --replace stops it first' });
}
