import type { Engine } from '../engine/engine.js';
import type { Control } from '../model/event.js';
import type { Observed } from '../model/observed.js';
import type { Outcomes } from '../model/plan.js';
import { engineKey } from './locked.js';
import type { World } from './world.js';

interface Turn {
  readonly engine: Engine;
  readonly observed: Observed;
}

/**
 * Works with a photograph whose networks are fresh, and with the promise that no other tsfig makes a network before this
 * one has: two projects that come up at the same moment would choose the same subnet. Only where a network is to be made;
 * the turn ends with its creation, or with the work.
 */
export async function inSubnetTurn(
  world: World,
  { engine, observed }: Turn,
  control: Control,
  work: (observed: Observed, control: Control) => Promise<Outcomes>,
): Promise<Outcomes> {
  if (!observed.addressSpace || control.signal.aborted) return work(observed, control);
  const release = await world.host.lock.acquire(`subnets ${engineKey(world, engine)}`, control.signal, () => undefined);
  try {
    const networks = await engine.listNetworks({ signal: control.signal });
    const emit: Control['emit'] = async (event) => {
      if (event.kind === 'step-ended' && event.step.kind === 'create-network') await release();
      await control.emit(event);
    };
    return await work({ ...observed, networks }, { ...control, emit });
  } finally {
    await release();
  }
}
