import { expect, it } from 'vitest';
import { pull } from '../../../src/actions/pull.js';
import { memoryControl, MemoryWorld } from '../../support/memory-world.js';

const FIG = 'web: { image: web, links: [db] }\ndb: { image: db }\ncache: { image: cache }\n';

async function pulled(services: readonly string[], includeDeps: boolean): Promise<string[]> {
  const world = new MemoryWorld(FIG);
  const { control, events } = memoryControl();
  const request = { file: null, projectName: 'shop', parallel: 2, services, includeDeps };
  expect((await pull(world, request, control)).ok).toBe(true);
  const ended = events.flatMap((event) => (event.kind === 'step-ended' ? [event.step] : []));
  return ended.flatMap((step) => (step.kind === 'pull-image' ? [step.image] : [])).toSorted();
}

it('pull: fetches only what was named, with --include-deps what that needs, and all when nothing was named', async () => {
  expect(await pulled(['web'], false)).toEqual(['web']);
  expect(await pulled(['web'], true)).toEqual(['db', 'web']);
  expect(await pulled([], false)).toEqual(['cache', 'db', 'web']);
});
