import { TsfigError } from '../model/errors.js';
import type { RunEvent } from '../model/event.js';
import type { Step } from '../model/plan.js';

/** The containers that may run although they were to be stopped, or were being started, as far as the events tell. */
export class MayRun {
  readonly #names = new Set<string>();

  get names(): string[] {
    return [...this.#names].toSorted();
  }

  note(event: RunEvent): void {
    if (event.kind === 'plan-ready') for (const step of event.plan.steps) this.#add(stoppedBy(step));
    if (event.kind === 'step-started') this.#add(startedBy(event.step));
    if (event.kind === 'step-ended' && event.outcome.kind === 'done') this.#delete(endedBy(event.step));
    if (event.kind === 'container-exited' && !event.restarting) this.#delete(event.container);
  }

  #add(name: string | null): void {
    if (name !== null) this.#names.add(name);
  }

  #delete(name: string | null): void {
    if (name !== null) this.#names.delete(name);
  }
}

function startedBy(step: Step): string | null {
  if (step.kind === 'start-container' || step.kind === 'restart-container') return step.container.name;
  // Whoever runs a command starts its container without a step.
  if (step.kind === 'create-container' && step.replica.role !== 'service') return step.spec.name;
  return null;
}

const endedBy = (step: Step): string | null =>
  step.kind === 'remove-container' ? step.container.name : stoppedBy(step);

const stoppedBy = (step: Step): string | null =>
  step.kind === 'stop-container' || step.kind === 'kill-container' ? step.container.name : null;

/** For a command that is left before its end. */
export function leftError(names: readonly string[]): TsfigError {
  const message = 'tsfig left before the engine had answered';
  return names.length === 0
    ? new TsfigError('interrupted', message, { hint: 'tsfig ps shows what runs' })
    : new TsfigError('interrupted', `${message}; these may still run: ${names.join(', ')}`, {
        hint: 'tsfig ps shows what runs, tsfig kill ends it',
      });
}
