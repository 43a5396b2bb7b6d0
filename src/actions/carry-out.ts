import type { StepDependencies } from '../apply/step-dependencies.js';
import { walkPlan } from '../apply/walk-plan.js';
import type { Control } from '../model/event.js';
import type { Outcomes, Plan } from '../model/plan.js';

export interface CarryOut {
  readonly parallel: number;
  /** Outcomes of steps of the plan that were done before. */
  readonly already?: Outcomes;
}

/** Announces the plan, then walks it. */
export async function carryOut(
  plan: Plan,
  dependencies: StepDependencies,
  control: Control,
  options: CarryOut,
): Promise<Outcomes> {
  await control.emit({ kind: 'plan-ready', plan });
  return walkPlan(plan, dependencies, control, { parallel: options.parallel, already: options.already ?? [] });
}
