import type { Hands } from '../apply/hands.js';
import { walkPlan } from '../apply/walk-plan.js';
import type { Control } from '../model/event.js';
import type { Outcomes, Plan } from '../model/plan.js';

/**
 * Steps at a time when nobody says otherwise. Measured with 20 and 100 containers on 2 cores: up to 8 it gets faster,
 * beyond that it does not (docs/measurements.md).
 */
export const DEFAULT_PARALLEL = 8;

export interface CarryOut {
  readonly parallel: number;
  /** Outcomes of steps of the plan that were done before. */
  readonly already?: Outcomes;
}

/** Announces the plan, then walks it. */
export async function carryOut(plan: Plan, hands: Hands, control: Control, options: CarryOut): Promise<Outcomes> {
  await control.emit({ kind: 'plan-ready', plan });
  return walkPlan(plan, hands, control, { parallel: options.parallel, already: options.already ?? {} });
}
