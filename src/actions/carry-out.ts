import type { Hands } from '../apply/hands.js';
import { walkPlan } from '../apply/walk-plan.js';
import type { Control } from '../model/event.js';
import type { Outcomes, Plan } from '../model/plan.js';

export interface CarryOut {
  readonly parallel: number;
  /** Outcomes of steps of the plan that were done before. */
  readonly already?: Outcomes;
}

/** Announces the plan, then walks it. */
export async function carryOut(plan: Plan, hands: Hands, control: Control, options: CarryOut): Promise<Outcomes> {
  await control.emit({ kind: 'plan-ready', plan });
  return walkPlan(plan, hands, control, { parallel: options.parallel, already: options.already ?? [] });
}
