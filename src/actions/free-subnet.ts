import type { Observed } from '../model/observed.js';
import type { Outcomes, Step } from '../model/plan.js';

/** Subnets tried after the first that somebody else was quicker to take. */
const MOST_SUBNETS = 5;

/**
 * Another tool takes subnets while its networks are not listed yet, or not any more: then the work is done again without
 * those that were lost. `tried` tells the subnets of the last attempt.
 */
export async function withFreeSubnet(
  tried: () => readonly string[],
  attempt: (avoid: readonly string[]) => Promise<Outcomes>,
): Promise<Outcomes> {
  let avoid: readonly string[] = [];
  let outcomes = await attempt(avoid);
  for (let tries = 0; tries < MOST_SUBNETS && lostSubnet(outcomes); tries += 1) {
    avoid = [...avoid, ...tried()];
    outcomes = await attempt(avoid);
  }
  return outcomes;
}

const lostSubnet = (outcomes: Outcomes): boolean =>
  Object.values(outcomes).some((outcome) => outcome.kind === 'failed' && outcome.code === 'subnet-taken');

export const subnetsOf = (steps: readonly Step[]): string[] =>
  steps.flatMap((step) => (step.kind === 'create-network' ? (step.network.subnet ?? []) : []));

/** A photograph on which these subnets are taken. */
export function avoiding(observed: Observed, avoid: readonly string[]): Observed {
  const { addressSpace } = observed;
  return addressSpace
    ? { ...observed, addressSpace: { ...addressSpace, taken: [...addressSpace.taken, ...avoid] } }
    : observed;
}
