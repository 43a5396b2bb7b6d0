import type { Engine } from '../engine/engine.js';
import type { Holder, LockId, Release } from '../host/host.js';
import { withTimeout } from '../lib/deadline.js';
import { durationToText, ms, seconds, type Milliseconds } from '../lib/units.js';
import { TsfigError } from '../model/errors.js';
import { holderText, type Control } from '../model/event.js';
import type { World } from './world.js';

/** Another tsfig may be pulling and building for the same project. */
const PROJECT_LIMIT = seconds(600);

/** Works on the project while nobody else does; reports who is waited for. Throws `lock-timeout` after ten minutes. */
export async function locked<T>(
  world: World,
  { engine, project }: { readonly engine: Engine; readonly project: string },
  control: Control,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await lockId(world, engine, `project ${project}`, control.signal);
  const release = await acquireWithin(world, lock, { what: project, limit: PROJECT_LIMIT, quiet: ms(0) }, control);
  try {
    return await work();
  } finally {
    await release();
  }
}

/**
 * A lock that only those can hold who can reach the engine, and that is the same by whichever address they do. Where an
 * engine has no secret, its address stands for it: there, every user of this machine can hold the lock.
 */
export async function lockId(world: World, engine: Engine, name: string, signal: AbortSignal): Promise<LockId> {
  return { secret: (await engine.secret({ signal })) ?? addressOf(world, engine), name };
}

/** The same for every spelling of the address. */
function addressOf({ host }: World, { address }: Engine): string {
  const path = /^unix:\/\/(.+)$/.exec(address)?.[1];
  return path === undefined ? address : `unix://${host.files.realPath(path)}`;
}

export interface LockWait {
  /** What is in use, for messages. */
  readonly what: string;
  readonly limit: Milliseconds;
  /** A wait that is over sooner is not reported. */
  readonly quiet: Milliseconds;
}

/** Takes the lock; reports the first process that has it instead. Throws `lock-timeout` with the one that has it last. */
export async function acquireWithin(
  { host }: World,
  lock: LockId,
  { what, limit, quiet }: LockWait,
  { signal, emit }: Control,
): Promise<Release> {
  let holder: Holder | null = null;
  let timer: NodeJS.Timeout | undefined;
  const onBusy = (met: Holder): void => {
    const { pid, since } = (holder = met);
    timer ??= setTimeout(() => void emit({ kind: 'waiting-for-lock', holder: { pid, since } }), quiet);
  };
  try {
    const late = (): TsfigError => stillBusy(what, limit, holder);
    return await withTimeout(limit, late, signal, (limited) => host.lock.acquire(lock, limited, onBusy));
  } finally {
    clearTimeout(timer);
  }
}

function stillBusy(what: string, limit: Milliseconds, holder: Holder | null): TsfigError {
  const by = holder ? `another tsfig (${holderText(holder)})` : 'another tsfig';
  const hint = holder ? `if it hangs, end it: kill ${holder.pid}` : undefined;
  return new TsfigError('lock-timeout', `${what} is still in use by ${by} after ${durationToText(limit)}`, { hint });
}
