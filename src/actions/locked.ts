import type { Engine } from '../engine/engine.js';
import type { Control } from '../model/event.js';
import type { World } from './world.js';

/** Works on the project while nobody else does; tells who is waited for. */
export async function locked<T>(
  world: World,
  { engine, project }: { readonly engine: Engine; readonly project: string },
  control: Control,
  work: () => Promise<T>,
): Promise<T> {
  const release = await world.host.lock.acquire(
    `project ${engineKey(world, engine)} ${project}`,
    control.signal,
    (holder) => {
      void control.emit({ kind: 'waiting-for-lock', holder });
    },
  );
  try {
    return await work();
  } finally {
    await release();
  }
}

/** The same for every spelling of one engine's address, so that a lock is the same lock. */
export function engineKey({ host }: World, { address }: Engine): string {
  const path = /^unix:\/\/(.+)$/.exec(address)?.[1];
  return path === undefined ? address : `unix://${host.files.realPath(path)}`;
}
