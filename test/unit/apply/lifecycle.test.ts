import { describe, expect, it } from 'vitest';
import { LifecycleTracker, type LifeLook, type LifeState } from '../../../src/apply/lifecycle.js';
import type { ContainerNews } from '../../../src/apply/step-dependencies.js';

type Told = ContainerNews['kind'] | readonly ['died', number] | LifeLook | null;

const look = (state: LifeLook['state'], exitCode = 0): LifeLook => ({ state, exitCode });

/** Feeds events and looks in their order. */
function lived(told: readonly Told[], countsAll = false): LifecycleTracker {
  const life = new LifecycleTracker(countsAll);
  for (const one of told) {
    if (one === null) life.onLook(null);
    else if (typeof one === 'string') life.onEvent({ kind: one, at: '1.0', exitCode: null });
    else if ('state' in one) life.onLook(one);
    else life.onEvent({ kind: one[0], at: '1.0', exitCode: one[1] });
  }
  return life;
}

describe("a container's life, from events and looks", () => {
  it.each<{ what: string; told: readonly Told[]; state: LifeState; isAlive: boolean }>([
    { what: 'nothing is told', told: [], state: 'unknown', isAlive: false },
    { what: 'it was created', told: [look('created')], state: 'created', isAlive: false },
    { what: 'it starts', told: ['started'], state: 'running', isAlive: true },
    { what: 'it is paused', told: ['started', 'paused'], state: 'paused', isAlive: true },
    { what: 'it goes on', told: ['started', 'paused', 'unpaused'], state: 'running', isAlive: true },
    { what: 'it got a signal', told: ['started', 'signalled'], state: 'stopping', isAlive: true },
    { what: 'it dies', told: ['started', ['died', 3]], state: 'ended', isAlive: false },
    {
      what: 'the engine restarts it, which only a look tells',
      told: ['started', ['died', 3], look('restarting', 3)],
      state: 'restarting',
      isAlive: true,
    },
    {
      what: 'it is stopped between two lives, without a death',
      told: [['died', 3], look('restarting', 3), 'stopped'],
      state: 'ended',
      isAlive: false,
    },
    {
      what: 'it is killed between two lives, of which no event tells',
      told: [['died', 3], look('restarting', 3), look('exited', 3)],
      state: 'ended',
      isAlive: false,
    },
    { what: 'a look finds it dead', told: ['started', look('dead')], state: 'ended', isAlive: false },
    { what: 'it is being removed', told: ['started', look('removing')], state: 'ended', isAlive: false },
    { what: 'it was removed', told: ['started', 'gone'], state: 'gone', isAlive: false },
    { what: 'a look does not find it', told: ['started', null], state: 'gone', isAlive: false },
  ])('$state when $what', ({ told, state, isAlive }) => {
    const life = lived(told);
    expect([life.state, life.isAlive]).toEqual([state, isAlive]);
  });

  it('tells each end after which the engine started it again once, whether a look or its start came first', () => {
    const life = lived(['started', ['died', 3], look('restarting', 3), 'started', ['died', 4], 'started']);
    expect(life.takeRestarts()).toEqual([3, 4]);
    expect(life.takeRestarts()).toEqual([]);
  });

  it('does not take the restart by a person for one by the engine', () => {
    const life = lived(['started', 'signalled', ['died', 137], 'stopped', 'started']);
    expect(life.takeRestarts()).toEqual([]);
    expect(life.mayRestart).toBe(false);
  });

  it('does not take the last end for a restart', () => {
    const life = lived(['started', ['died', 3], look('restarting', 3), 'started', ['died', 5], look('exited', 5)]);
    expect(life.takeRestarts()).toEqual([3]);
    expect(life.exitCode).toBe(5);
  });

  it('counts a start as one more only when it comes after what is known already', () => {
    expect(lived(['started']).hasStartedAgain).toBe(false);
    expect(lived(['started'], true).hasStartedAgain).toBe(true);
    const life = lived(['started', ['died', 0], 'started']);
    expect(life.hasStartedAgain).toBe(true);
    life.beginReading();
    expect(life.hasStartedAgain).toBe(false);
  });

  it('may follow another container that takes its name', () => {
    const life = lived(['started']);
    life.onReplaced('2.0');
    expect([life.mayRestart, life.diedAt]).toEqual([true, '2.0']);
    life.onEvent({ kind: 'started', at: '3.0', exitCode: null });
    expect(life.hasStartedAgain).toBe(true);
  });

  it('is healthy until it dies', () => {
    expect(lived(['started', 'healthy']).isHealthy).toBe(true);
    expect(lived(['started', 'healthy', 'unhealthy']).isHealthy).toBe(false);
    expect(lived(['started', 'healthy', ['died', 1]]).isHealthy).toBe(false);
  });
});
