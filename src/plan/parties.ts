import type { ObservedContainer } from '../model/observed.js';
import type { Decision, Leftover } from './decide-replica.js';
import { breakCircles, claimsFor, claimsOf, type Claim, type HandOver, type Party } from './hand-over.js';
import type { HandsOver } from './milestones.js';
import type { Leaver } from './plan-leaving.js';
import { isUp } from './replicas.js';

/** What becomes of one container of a plan. */
export type Subject = Decision | Leaver | Leftover;

/** The replica itself and, before it, what an earlier run left in its place. */
export function partiesOf(decision: Decision): Party<Subject>[] {
  const { does, replica, leftovers } = decision;
  const spec = does.spec;
  const wants = isStarted(does) ? claimsFor(spec) : [];
  const name = { kind: 'name', name: replica.name } as const;
  const left = leftovers.map((leftover): Party<Subject> => {
    return { subject: leftover, givesUp: allOf(leftover.container), wants: [] };
  });
  switch (does.kind) {
    case 'create':
      return [...left, { subject: decision, givesUp: [], wants: [name, ...wants] }];
    case 'replace':
      return [...left, { subject: decision, givesUp: allOf(does.current), wants: [name, ...wants] }];
    case 'keep': {
      const moves = does.current.name !== replica.name;
      const own = { kind: 'name', name: does.current.name } as const;
      return [...left, { subject: decision, givesUp: moves ? [own] : [], wants: moves ? [name, ...wants] : wants }];
    }
  }
}

const isStarted = (does: Decision['does']): boolean => does.kind !== 'keep' || !isUp(does.current);

export const leavingParty = (leaver: Leaver): Party<Subject> => ({
  ...{ subject: leaver, givesUp: allOf(leaver.container), wants: [] },
});

const allOf = (container: ObservedContainer): Claim[] => [
  { kind: 'name', name: container.name },
  ...claimsOf(container),
];

export function handsOverOf(subject: Subject, handOvers: readonly HandOver<Subject>[]): HandsOver {
  const own = handOvers.filter(({ from }) => from === subject);
  const isKept = (each: Subject): boolean => 'does' in each && each.does.kind === 'keep';
  return {
    name: own.some(({ what }) => what === 'name'),
    running: own.some(({ what }) => what === 'running'),
    circle:
      own.length > 0 &&
      breakCircles(handOvers.filter(({ from, to, what }) => what === 'name' && isKept(from) && isKept(to))).has(
        subject,
      ),
  };
}
