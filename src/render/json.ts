import { jsonText, type SafeText } from '../lib/safe-text.js';
import type { RunEvent } from '../model/event.js';
import type { Plan, Step } from '../model/plan.js';

/** When an event was told, and as which one; given by the caller, because pure code knows neither. */
export interface Stamp {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly seq: number;
}

/** An event as one line of JSON, without its newline. Values of environment variables and build arguments are left out. */
export function eventToJson(event: RunEvent, { at, seq }: Stamp): SafeText {
  return jsonText({ v: 1, seq, at, ...withoutSecrets(event) });
}

const HIDDEN = '…';

function withoutSecrets(event: RunEvent): RunEvent {
  if (event.kind === 'plan-ready') return { ...event, plan: redactPlan(event.plan) };
  return 'step' in event ? { ...event, step: redactStep(event.step) } : event;
}

/** The plan without what may be secret. */
export function redactPlan(plan: Plan): Plan {
  const rescues = plan.rescues.map((rescue) => ({ ...rescue, steps: rescue.steps.map(redactStep) }));
  return { ...plan, steps: plan.steps.map(redactStep), rescues };
}

function redactStep<S extends Step>(step: S): S {
  if (step.kind === 'create-container') {
    return { ...step, spec: { ...step.spec, environment: step.spec.environment.map(redactVariable) } };
  }
  if (step.kind === 'build-image') {
    const args = Object.fromEntries(Object.keys(step.build.args).map((key) => [key, HIDDEN]));
    return { ...step, build: { ...step.build, args } };
  }
  return step;
}

function redactVariable(variable: string): string {
  const equals = variable.indexOf('=');
  return equals === -1 ? variable : `${variable.slice(0, equals)}=${HIDDEN}`;
}
