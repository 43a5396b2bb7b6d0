import { describe, expect, it } from 'vitest';
import { createWhenFree, removeFully, renameInLoop } from '../../../src/apply/free-names.js';
import { TsfigError } from '../../../src/model/errors.js';
import { MemoryEngine } from '../../support/memory-engine.js';
import { specOf } from '../../support/specs.js';

const signal = new AbortController().signal;
const spec = specOf('job', 'shop');
const conflict = (): Error => new TsfigError('engine-conflict', 'removal of container job is already in progress');

const callsOf = ({ calls }: MemoryEngine, method: string): number =>
  calls.filter((call) => call.method === method).length;

describe('removing a container', () => {
  it('waits for a removal that is in progress until the container is gone', async () => {
    const engine = new MemoryEngine();
    await engine.createContainer(spec, { signal });
    engine.failNext('removeContainer', conflict());
    engine.failNext('removeContainer', conflict());
    await removeFully(engine, { container: 'job', volumes: true }, { signal });
    expect([callsOf(engine, 'removeContainer'), engine.containers.size]).toEqual([3, 0]);
  });

  it('is done when another hand was quicker', async () => {
    const engine = new MemoryEngine();
    await expect(removeFully(engine, { container: 'job', volumes: true }, { signal })).resolves.toBeUndefined();
  });

  it('fails with anything else, at once', async () => {
    const engine = new MemoryEngine();
    engine.failNext('removeContainer', new TsfigError('engine-refused', 'no'));
    await expect(removeFully(engine, { container: 'job', volumes: true }, { signal })).rejects.toThrow('no');
  });
});

describe('creating a container', () => {
  it('waits for the one that has its name and is on its way out', async () => {
    const engine = new MemoryEngine();
    const nameTaken = new TsfigError('name-taken', 'the name is in use');
    engine.failNext('createContainer', nameTaken); // the engine has forgotten the container, not yet its name
    await createWhenFree(engine, spec, { signal });
    expect(callsOf(engine, 'createContainer')).toBe(2);
  });

  it('leaves one that stays alone', async () => {
    const engine = new MemoryEngine();
    await engine.createContainer(spec, { signal });
    await expect(createWhenFree(engine, spec, { signal })).rejects.toMatchObject({ code: 'name-taken' });
    expect(callsOf(engine, 'createContainer')).toBe(2);
  });
});

describe('renaming a container', () => {
  it('that is just between two restarts ends its loop for it, and starts it again', async () => {
    const engine = new MemoryEngine();
    const container = await engine.createContainer(spec, { signal });
    engine.failNext('renameContainer', new TsfigError('container-restarting', 'sandbox 1234 not found'));
    await renameInLoop(engine, { container, to: 'other' }, { signal: AbortSignal.timeout(60_000) });
    expect(engine.calls.map(({ method }) => method).slice(1)).toEqual([
      'renameContainer',
      'stopContainer',
      'renameContainer',
      'startContainer',
    ]);
  });

  it('fails with anything else, at once', async () => {
    const engine = new MemoryEngine();
    await engine.createContainer(spec, { signal });
    engine.failNext('renameContainer', new TsfigError('name-taken', 'no'));
    await expect(renameInLoop(engine, { container: 'job', to: 'other' }, { signal })).rejects.toThrow('no');
    expect(callsOf(engine, 'stopContainer')).toBe(0);
  });
});
