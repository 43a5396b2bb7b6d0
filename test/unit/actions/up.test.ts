import { describe, expect, it } from 'vitest';
import { up, type UpRequest, type UpResult } from '../../../src/actions/up.js';
import { TsfigError } from '../../../src/model/errors.js';
import type { Control } from '../../../src/model/event.js';
import { allDone } from '../../../src/model/plan.js';
import { memoryControl, MemoryWorld } from '../../support/memory-world.js';

const REQUEST: UpRequest = {
  ...{ file: null, projectName: 'shop', services: [], noDeps: false, recreate: 'changed', build: 'missing' },
  ...{ waitLimit: null, removeOrphans: false, scale: {}, grace: null, detach: true, parallel: 4 },
  ...{ abortOnExit: false, adopt: false, exitCodeFrom: null },
};

async function bringUp(world: MemoryWorld, control: Control, different: Partial<UpRequest> = {}): Promise<UpResult> {
  const result = await up(world, { ...REQUEST, ...different }, control);
  if (!result.ok) throw new Error(result.problems[0]?.message);
  return result.value;
}

const states = ({ engine }: MemoryWorld): string[] =>
  [...engine.containers.values()].map(({ spec, state }) => `${spec.name}: ${state}`).toSorted();

describe('up -d', () => {
  it('says which containers it started have ended since: a failed one with the last line of its log', async () => {
    const world = new MemoryWorld(`
bad: { image: busybox, command: sh -c "echo first; echo no data; exit 3" }
good: { image: busybox, command: "true" }
idle: { image: busybox, command: sleep 300 }
`);
    const { control, events } = memoryControl();
    const { exits } = await bringUp(world, control);
    expect(exits).toEqual([
      { container: 'shop_bad_1', exitCode: 3 },
      { container: 'shop_good_1', exitCode: 0 },
    ]);
    const warnings = events.flatMap((event) => (event.kind === 'warning' ? [event.diagnostic.message] : []));
    expect(warnings).toEqual(['shop_bad_1 ended at once with code 3: no data']);
    expect(events.filter(({ kind }) => kind === 'container-exited')).toEqual([
      { kind: 'container-exited', container: 'shop_good_1', exitCode: 0, restarting: false },
    ]);
  });

  it('with nothing to do does not look at what ended before', async () => {
    const world = new MemoryWorld('idle: { image: busybox, command: sleep 300 }\n');
    const { control } = memoryControl();
    await bringUp(world, control);
    world.engine.calls.length = 0;
    expect((await bringUp(world, control)).exits).toEqual([]);
    expect(world.engine.calls.filter(({ method }) => method === 'listContainers')).toHaveLength(1);
  });

  it('makes a container again that is pruned before its start, once', async () => {
    for (const times of [1, 2]) {
      const world = new MemoryWorld('web: { image: busybox, command: sleep 300 }\n');
      let left = times;
      world.engine.onCall = ({ method }) => {
        if (method === 'startContainer' && left-- > 0) world.engine.containers.clear();
      };
      const { outcomes } = await bringUp(world, memoryControl().control);
      expect([allDone(outcomes), states(world)]).toEqual(times === 1 ? [true, ['shop_web_1: running']] : [false, []]);
    }
  });
});

describe('up that has lost its subnet to somebody else', () => {
  it('stops by Ctrl-C what its first try has started, too', async () => {
    const world = new MemoryWorld(`
apart: { image: busybox, command: sleep 300, net: host }
web: { image: busybox, command: sleep 300 }
`);
    world.engine.failNext('createNetwork', new TsfigError('subnet-taken', 'Pool overlaps with other one'));
    const { control, stop } = memoryControl();
    const emit: Control['emit'] = (event) => {
      if (event.kind !== 'step-ended' || event.step.kind !== 'start-container') return;
      if (event.step.container.name === 'shop_web_1' && event.outcome.kind === 'done') stop();
    };
    const { outcomes } = await bringUp(world, { ...control, emit }, { detach: false });
    const starts = outcomes.filter(({ step }) => step.kind === 'start-container');
    expect(starts.map(({ outcome }) => outcome.kind)).toEqual(['done', 'done']);
    expect(states(world)).toEqual(['shop_apart_1: exited', 'shop_web_1: exited']);
  });
});
