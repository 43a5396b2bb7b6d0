import type { Engine } from '../engine/engine.js';
import type { Release } from '../host/host.js';
import type { Control } from '../model/event.js';
import type { Observed } from '../model/observed.js';
import { engineKey } from './locked.js';
import type { World } from './world.js';

/**
 * The promise that no other tsfig makes a network meanwhile: two projects that come up at the same moment would choose the
 * same subnet. Begins before the look, so that what was seen is still true when the network is made; ends with its
 * creation, as soon as none is to be made, or with the work.
 */
export interface SubnetTurn {
  /** Ends the turn when a network has been created. */
  readonly control: Control;
  /** Harmless when it has ended. */
  end(): Promise<void>;
  /** Once more, after work that was too long to be in others' way; answers the photograph with the networks of now. */
  beginAgain(observed: Observed): Promise<Observed>;
}

export async function beginSubnetTurn(world: World, engine: Engine, control: Control): Promise<SubnetTurn> {
  const { signal } = control;
  const take = (): Promise<Release> =>
    world.host.lock.acquire(`subnets ${engineKey(world, engine)}`, signal, () => undefined);
  let release = await take();
  return {
    control: {
      ...control,
      async emit(event) {
        if (event.kind === 'step-ended' && event.step.kind === 'create-network') await release();
        await control.emit(event);
      },
    },
    end: () => release(),
    async beginAgain(observed) {
      if (!observed.addressSpace || signal.aborted) return observed;
      release = await take();
      return { ...observed, networks: await engine.listNetworks({ signal }) };
    },
  };
}
