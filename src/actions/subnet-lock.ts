import type { Engine } from '../engine/engine.js';
import type { Release } from '../host/host.js';
import { seconds } from '../lib/units.js';
import type { Control } from '../model/event.js';
import type { Observed } from '../model/observed.js';
import { acquireWithin, lockId } from './locked.js';
import type { World } from './world.js';

/**
 * The lock under which networks are made: without it, two projects that come up at the same moment would choose the same
 * subnet. It is taken before looking, so that what was seen is still true when the network is made, and released when the
 * network has been created, as soon as none is to be made, or with the end of the work.
 */
export interface SubnetLock {
  /** Releases the lock when a network has been created. */
  readonly control: Control;
  /** Harmless when it has been released. */
  release(): Promise<void>;
  /** Takes it once more, after work that was too long to be in others' way; answers the snapshot with the networks of now. */
  reacquire(observed: Observed): Promise<Observed>;
}

/** It is held for a look and the creation of a network; most waits are over before anybody could read of them. */
const WAIT = { what: 'the choice of subnets', limit: seconds(60), quiet: seconds(1) };

/** Throws `lock-timeout` after a minute. */
export async function acquireSubnetLock(world: World, engine: Engine, control: Control): Promise<SubnetLock> {
  const { signal } = control;
  const lock = await lockId(world, engine, 'subnets', signal);
  let release: Release = await acquireWithin(world, lock, WAIT, control);
  return {
    control: {
      ...control,
      async emit(event) {
        if (event.kind === 'step-ended' && event.step.kind === 'create-network') await release();
        await control.emit(event);
      },
    },
    release: () => release(),
    async reacquire(observed) {
      if (!observed.addressSpace || signal.aborted) return observed;
      release = await acquireWithin(world, lock, WAIT, control);
      return { ...observed, networks: await engine.listNetworks({ signal }) };
    },
  };
}
