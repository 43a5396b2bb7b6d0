import { beforeEach, describe, expect, it } from 'vitest';
import { walkPlan } from '../../../src/apply/walk-plan.js';
import { watchProject } from '../../../src/apply/watch.js';
import { TsfigError } from '../../../src/model/errors.js';
import type { Control, RunEvent } from '../../../src/model/event.js';
import {
  startedIn,
  type ContainerRef,
  type Outcome,
  type Outcomes,
  type Plan,
  type Rescue,
  type Step,
  type StepAction,
} from '../../../src/model/plan.js';
import { sealContainer } from '../../../src/model/sealed.js';
import { plainPlan, pullImage } from '../../../src/plan/steps.js';
import { MemoryEngine } from '../../support/memory-engine.js';
import { specOf } from '../../support/specs.js';

const WHY = { code: 'missing' } as const;
const REPLICA = { project: 'p', service: 'a', number: 1, role: 'service', generation: 1 } as const;
type Create = Extract<Step, { kind: 'create-container' }>;
const step = <A extends StepAction>(id: string, action: A, needs: readonly string[]) => ({
  id,
  needs,
  why: WHY,
  ...action,
});
const create = (name: string, ...needs: string[]): Create =>
  step(
    `create ${name}`,
    {
      kind: 'create-container',
      spec: sealContainer(specOf(name, 'p', { command: ['sleep', '300'] })),
      replica: REPLICA,
    },
    needs,
  );
/** Starts what `create NAME` makes. */
const start = (name: string, ...needs: string[]): Step =>
  step(`start ${name}`, { kind: 'start-container', container: made(name) }, needs);
const made = (name: string): ContainerRef => ({ createdBy: `create ${name}`, name, replica: REPLICA });
const planOf = (all: readonly Step[], rescues: readonly Rescue[] = []): Plan => ({ ...plainPlan('p', all), rescues });
const ends = (outcomes: Outcomes): Record<string, Outcome> =>
  Object.fromEntries(outcomes.map(({ step: { id }, outcome }) => [id, outcome]));
const kinds = (outcomes: Outcomes): Record<string, string> =>
  Object.fromEntries(outcomes.map(({ step: { id }, outcome }) => [id, outcome.kind]));

let engine: MemoryEngine;
let events: RunEvent[];
let stop: AbortController;
let control: Control;

beforeEach(() => {
  engine = new MemoryEngine();
  engine.addImage('busybox');
  events = [];
  stop = new AbortController();
  control = { signal: stop.signal, force: new AbortController().signal, emit: (event) => void events.push(event) };
});

const walk = (plan: Plan, parallel = 8): Promise<Outcomes> =>
  walkPlan(plan, { engine }, control, { parallel, already: [] });

const refusal = (): TsfigError => new TsfigError('engine-refused', 'cannot create a: no');

describe('walking a plan', () => {
  it('does every step after what it needs, and tells the beginning and the end of each', async () => {
    const outcomes = await walk(
      planOf([create('a'), start('a', 'create a'), create('b'), start('b', 'create b', 'start a')]),
    );
    expect(new Set(Object.values(kinds(outcomes)))).toEqual(new Set(['done']));
    const told = events.flatMap((event) =>
      event.kind === 'step-started' || event.kind === 'step-ended' ? [`${event.kind} ${event.step.id}`] : [],
    );
    expect(told.indexOf('step-ended start a')).toBeLessThan(told.indexOf('step-started start b'));
    expect(told).toHaveLength(8);
  });

  it('skips what depends on a failed step, names the first cause, and lets the rest finish', async () => {
    engine.failNext('createContainer', refusal());
    const all = [create('a'), start('a', 'create a'), start('c', 'start a'), create('b'), start('b', 'create b')];
    expect(ends(await walk(planOf(all), 1))).toMatchObject({
      'create a': { kind: 'failed', code: 'engine-refused', message: 'cannot create a: no' },
      'start a': { kind: 'skipped', because: 'create a' },
      'start c': { kind: 'skipped', because: 'create a' },
      'create b': { kind: 'done' },
      'start b': { kind: 'done' },
    });
  });

  it('has no more steps under way than it may', async () => {
    let running = 0;
    let most = 0;
    engine.onCall = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await walk(planOf(Array.from({ length: 20 }, (_none, index) => create(`c${index}`))), 3);
    expect(most).toBe(3);
  });

  it('begins nothing more once it is told to stop, and lets a short call finish', async () => {
    engine.onCall = () => stop.abort(new TsfigError('interrupted', 'stopped'));
    const outcomes = await walk(planOf([create('a'), start('a', 'create a')]));
    expect(kinds(outcomes)).toEqual({ 'create a': 'done', 'start a': 'cancelled' });
  });

  it('takes outcomes of an earlier walk as they are', async () => {
    const pull = pullImage('x', 'a', WHY);
    const already = [
      { step: pull, outcome: { kind: 'failed', code: 'pull-failed', message: 'no', hint: null } as const },
    ];
    const plan = planOf([pull, create('a', 'pull x')]);
    const outcomes = await walkPlan(plan, { engine }, control, { parallel: 8, already });
    expect(ends(outcomes)['create a']).toEqual({ kind: 'skipped', because: 'pull x' });
    expect(engine.calls.map(({ method }) => method)).toEqual([]);
  });

  it('refuses a plan that is not in order, before anything is done', async () => {
    await expect(walk(planOf([start('a', 'create a'), create('a')]))).rejects.toThrow('not in order');
    expect(engine.calls).toEqual([]);
  });

  it('refuses a plan with two steps of one id, before anything is done', async () => {
    await expect(walk(planOf([create('a'), create('a')]))).rejects.toThrow('two steps "create a"');
    expect(engine.calls).toEqual([]);
  });

  it('acts on the container that a step has created, whoever has its name by then', async () => {
    const stranger = specOf('a', 'other', { command: ['sleep', '300'] });
    engine.onCall = async ({ method }) => {
      if (method !== 'startContainer') return;
      engine.onCall = null;
      await engine.renameContainer('a', 'elsewhere', { signal: stop.signal });
      await engine.createContainer(stranger, { signal: stop.signal });
    };
    const outcomes = await walk(planOf([create('a'), start('a', 'create a')]));
    expect(startedIn(outcomes)).toEqual([{ id: (await engine.inspectContainer('elsewhere', control)).id, name: 'a' }]);
    expect((await engine.inspectContainer('a', control)).state).toBe('created');
  });

  it('lets a bug of ours through, once everything under way has ended', async () => {
    engine.failNext('createContainer', new TypeError('bug'));
    await expect(walk(planOf([create('a'), create('b')]), 1)).rejects.toThrow('bug');
  });
});

describe('a rescue', () => {
  const replacement = async (): Promise<Plan> => {
    const { id } = await engine.inspectContainer('a', { signal: new AbortController().signal });
    const old = (name: string): ContainerRef => ({ id, name, replica: REPLICA });
    const rename = step('rename a', { kind: 'rename-container', container: old('a'), to: 'a_replaced' }, []);
    const make = create('a', rename.id);
    const run = start('a', make.id);
    const undo = [
      step('undo: remove a', { kind: 'remove-container', container: made('a'), volumes: false, replacedBy: null }, []),
      step('undo: rename a', { kind: 'rename-container', container: old('a_replaced'), to: 'a' }, []),
      step('undo: start a', { kind: 'start-container', container: old('a') }, []),
    ].map((each) => ({ ...each, onlyIf: each.kind === 'remove-container' ? make.id : rename.id }));
    return planOf([rename, make, run], [{ when: 'not-done', guards: [rename.id, make.id, run.id], steps: undo }]);
  };

  const names = async (): Promise<string[]> =>
    (await engine.listContainers({ project: null, signal: stop.signal })).map(({ name, state }) => `${name}: ${state}`);

  beforeEach(async () => {
    await walk(planOf([create('a'), start('a', 'create a')]));
    engine.calls.length = 0;
  });

  it('puts the old container back when the new one does not start', async () => {
    engine.failNext('startContainer', new TsfigError('port-taken', 'cannot start a: port taken'));
    const outcomes = await walk(await replacement());
    expect(kinds(outcomes)).toMatchObject({ 'start a': 'failed', 'undo: rename a': 'done' });
    expect(await names()).toEqual(['a: running']);
  });

  it('does so when the work is stopped in the middle', async () => {
    engine.onCall = ({ method }) => {
      if (method === 'createContainer') stop.abort(new TsfigError('interrupted', 'stopped'));
    };
    const outcomes = await walk(await replacement());
    expect(kinds(outcomes)).toMatchObject({ 'start a': 'cancelled', 'undo: start a': 'done' });
  });

  it('does nothing when all went well, or when nothing had been changed yet', async () => {
    expect(Object.keys(kinds(await walk(await replacement())))).not.toContain('undo: start a');
    engine.failNext('renameContainer', refusal());
    expect(Object.keys(kinds(await walk(await replacement())))).not.toContain('undo: start a');
  });
});

describe('a rescue for failures only', () => {
  const fresh = (): Plan => {
    const undo = { kind: 'remove-container', container: made('a'), volumes: true, replacedBy: null } as const;
    return planOf(
      [create('a'), start('a', 'create a')],
      [{ when: 'failed', guards: ['start a'], steps: [{ ...step('undo: a', undo, []), onlyIf: 'create a' }] }],
    );
  };

  it('removes a new container that could not be started', async () => {
    engine.failNext('startContainer', new TsfigError('port-taken', 'cannot start a: port taken'));
    expect(kinds(await walk(fresh()))).toMatchObject({ 'start a': 'failed', 'undo: a': 'done' });
    expect(engine.containers.size).toBe(0);
  });

  it('leaves one whose start was cancelled', async () => {
    engine.onCall = () => stop.abort(new TsfigError('interrupted', 'stopped'));
    expect(kinds(await walk(fresh()))).toEqual({ 'create a': 'done', 'start a': 'cancelled' });
    expect(engine.containers.size).toBe(1);
  });
});

describe('a container that ends after its start', () => {
  /** `c` needs `a`, and `x`, whose start begins when the end of `a` was heard of. */
  async function walkBehind(code: number): Promise<Outcomes> {
    const watch = watchProject(engine, 'p', stop.signal);
    const died = new Promise<void>((resolve) => void watch.listen(({ kind }) => kind === 'died' && resolve()));
    engine.onCall = ({ method, args }) => (method === 'startContainer' && args[0] === 'x' ? died : undefined);
    const ending = sealContainer(specOf('a', 'p', { command: ['sh', '-c', `exit ${code}`] }));
    const all = [
      ...[{ ...create('a'), spec: ending }, start('a', 'create a'), create('x'), start('x', 'create x')],
      ...[create('c'), start('c', 'create c', 'start a', 'start x')],
      step('remove old', { kind: 'remove-container', ...GONE, volumes: false, replacedBy: 'a' }, [
        'start a',
        'start x',
      ]),
    ];
    const outcomes = await walkPlan(planOf(all), { engine, watch }, control, { parallel: 8, already: [] });
    stop.abort();
    return outcomes;
  }
  const GONE = { container: { id: 'gone', name: 'old', replica: REPLICA } } as const;

  it('with a failure holds back what needs it, but not what clears away', async () => {
    const outcomes = ends(await walkBehind(1));
    expect(outcomes['start c']).toEqual({ kind: 'skipped', because: 'start a' });
    expect(outcomes['remove old']).toMatchObject({ kind: 'done' });
    expect(engine.calls.filter(({ method }) => method === 'inspectContainer')).toHaveLength(1);
  });

  it('with 0 holds nothing back, and is not asked about', async () => {
    expect(kinds(await walkBehind(0))['start c']).toBe('done');
    expect(engine.calls.filter(({ method }) => method === 'inspectContainer')).toEqual([]);
  });
});
