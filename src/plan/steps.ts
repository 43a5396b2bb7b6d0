import type { BuildSpec } from '../model/container-spec.js';
import { replicaIdOf } from '../model/replica.js';
import type { ObservedContainer, ObservedNetwork } from '../model/observed.js';
import type {
  ContainerRef,
  CreatedRef,
  NetworkRef,
  ObservedRef,
  Plan,
  Reason,
  Step,
  StepAction,
  StepId,
} from '../model/plan.js';
import { sealBuild } from '../model/sealed.js';

/** What a step waits for; what is null was not needed after all. */
export type Needs = readonly (Step | StepId | null | undefined)[];

type StepOf<A extends StepAction> = Extract<Step, { readonly kind: A['kind'] }>;

/** Collects the steps of one plan and hands out their ids. */
export class StepList {
  readonly #prefix: string;
  readonly #steps: Step[] = [];
  readonly #shared = new Map<string, Step>();
  #made = 0;

  /** Ids of lists with different prefixes differ. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  add<A extends StepAction>(action: A, why: Reason, needs: Needs = []): StepOf<A> {
    const step = this.make(action, why, needs);
    this.#steps.push(step);
    return step;
  }

  /** A step that several others need; it is made when the first of them asks for it by this key. */
  share(key: string, make: () => Step): Step {
    const step = this.#shared.get(key) ?? make();
    this.#shared.set(key, step);
    return step;
  }

  /** A step with an id of this list that is not in it, as those of rescues. */
  make<A extends StepAction>(action: A, why: Reason, needs: Needs = []): StepOf<A> {
    this.#made += 1;
    return { id: `${this.#prefix}${this.#made}`, needs: idsOf(needs), why, ...action } as unknown as StepOf<A>;
  }

  include(steps: readonly Step[]): void {
    this.#steps.push(...steps);
  }
}

export const idsOf = (needs: Needs): StepId[] => [
  ...new Set(
    needs.flatMap((need) => (need === null || need === undefined ? [] : [typeof need === 'string' ? need : need.id])),
  ),
];

/** The container as it was seen. */
export const observedRef = (container: Pick<ObservedContainer, 'id' | 'name' | 'labels'>): ObservedRef => ({
  id: container.id,
  name: container.name,
  replica: replicaIdOf(container),
});

export const createdRef = (step: Extract<Step, { kind: 'create-container' }>): CreatedRef => ({
  createdBy: step.id,
  name: step.spec.name,
  replica: step.replica,
});

/** The same container under another name. */
export const renamed = <R extends ContainerRef>(ref: R, name: string): R => ({ ...ref, name });

export const networkRef = ({ id, name }: Pick<ObservedNetwork, 'id' | 'name'>): NetworkRef => ({ id, name });

/** The steps in an order that satisfies every need: as they are, but for what has to come earlier. Throws for a circle. */
export function inOrderOfNeeds(steps: readonly Step[]): Step[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const entered = new Set<StepId>();
  const ordered = new Set<Step>();
  // With a stack of our own, because chains of needs can be longer than the call stack.
  const stack: { readonly step: Step; readonly left: StepId[] }[] = [];
  const enter = (step: Step | undefined): void => {
    if (!step || ordered.has(step)) return;
    if (entered.has(step.id)) throw new Error(`steps need each other in a circle, "${step.id}" among them`);
    entered.add(step.id);
    stack.push({ step, left: [...step.needs].reverse() });
  };
  for (const root of steps) {
    enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const need = top.left.pop();
      if (need === undefined) stack.pop();
      if (need === undefined) ordered.add(top.step);
      else enter(byId.get(need));
    }
  }
  return [...ordered];
}

/** A plan of steps that nothing is to be said of but themselves. */
export const plainPlan = (project: string, steps: readonly Step[]): Plan => ({
  ...{ project, steps, rescues: [], groups: [], unchanged: [] },
});

// The images come before the rest of a plan, which then includes these steps: so their ids are their own.

export const pullImage = (image: string, service: string, why: Reason): Step => ({
  ...{ kind: 'pull-image', id: `pull ${image}`, needs: [], why, image, service },
});

export const buildImage = (build: BuildSpec, why: Reason): Step => ({
  ...{ kind: 'build-image', id: `build ${build.refs.join(', ')}`, needs: [], why, build: sealBuild(build) },
});
