import type { Rescue, RescueStep, Step, StepId } from '../model/plan.js';
import { connected, type HandOver } from './hand-over.js';
import type { Milestones } from './milestones.js';
import type { Subject } from './parties.js';
import { idsOf } from './steps.js';

/** What is handed over is given up first; and nothing that was given up is removed before all who wanted it run. */
export function withHandOvers(
  steps: readonly Step[],
  handOvers: readonly HandOver<Subject>[],
  milestonesOf: (subject: Subject) => Milestones,
): Step[] {
  const more = new Map<StepId, StepId[]>();
  const add = (step: StepId | null, need: StepId | null): void => {
    if (step !== null && need !== null) more.set(step, [...(more.get(step) ?? []), need]);
  };
  for (const { from, to, what } of handOvers) {
    const holder = milestonesOf(from);
    const taker = milestonesOf(to);
    if (what === 'name') add(taker.nameTaken, holder.nameFreed);
    else add(taker.started, holder.stopped);
  }
  for (const group of connected(handOvers)) {
    const all = group.map((subject) => milestonesOf(subject));
    for (const { removed } of all) for (const { started } of all) add(removed, started);
  }
  return steps.map((step) => {
    const needs = more.get(step.id);
    return needs ? { ...step, needs: idsOf([...step.needs, ...needs]) } : step;
  });
}

/** Those that handed something over are put back together, or what one has got stands in another's way. */
export function rescuesOf(
  steps: readonly Step[],
  handOvers: readonly HandOver<Subject>[],
  all: ReadonlyMap<Subject, Milestones>,
): Rescue[] {
  const groups = connected(handOvers);
  const together = new Set(groups.flat());
  const alone = [...all].flatMap(([subject, { undo }]) => {
    if (together.has(subject) || undo.alone === 'never') return [];
    const { guards, clear, rename, start } = undo;
    return [{ when: undo.alone, guards, steps: [...clear, ...rename, ...start] }];
  });
  const place = new Map(steps.map(({ id }, index) => [id, index]));
  const placeOf = ({ onlyIf }: RescueStep): number => (onlyIf === null ? -1 : (place.get(onlyIf) ?? -1));
  const joint = groups.map((group) => {
    const milestones = group.flatMap((subject) => all.get(subject) ?? []);
    const undos = milestones.map(({ undo }) => undo);
    return {
      when: 'not-done' as const,
      guards: idsOf([...undos.flatMap(({ guards }) => guards), ...milestones.map(({ started }) => started)]),
      steps: [
        ...undos.flatMap(({ clear }) => clear),
        ...undos.flatMap(({ rename }) => rename).toSorted((a, b) => placeOf(b) - placeOf(a)),
        ...undos.flatMap(({ start }) => start),
      ],
    };
  });
  return [...alone, ...joint];
}
