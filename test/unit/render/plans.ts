import { ms, seconds } from '../../../src/lib/units.js';
import type { RunEvent } from '../../../src/model/event.js';
import type {
  ContainerRef,
  Outcome,
  Plan,
  Reason,
  Rescue,
  Step,
  StepAction,
  StepGroup,
} from '../../../src/model/plan.js';
import type { ReplicaId } from '../../../src/model/replica.js';
import { sealBuild, sealContainer, type SealedContainer } from '../../../src/model/sealed.js';
import { specOf } from '../../support/specs.js';

/** Small plans for the tests of what is shown of them. */

export const MISSING: Reason = { code: 'missing' };
export const CHANGED: Reason = { code: 'config-changed', fields: ['command'] };

/** A container by its name. */
export const ref = (name: string): ContainerRef => ({ id: `id of ${name}`, name, replica: null });

export const step = (id: string, action: StepAction, why: Reason = MISSING, needs: readonly string[] = []): Step => ({
  id,
  needs,
  why,
  ...action,
});

const REPLICA: ReplicaId = { project: 'shop', service: 'web', number: 1, role: 'service', generation: 1 };

/** A spec of which only the name and the environment matter. */
export const spec = (name: string, environment: readonly string[] = []): SealedContainer =>
  sealContainer(specOf(name, 'shop', { image: 'nginx', environment }));

export const pull = (image: string, service: string): Step =>
  step(`pull ${image}`, { kind: 'pull-image', image, service });
export const build = (service: string): Step =>
  step(`build shop_${service}`, {
    kind: 'build-image',
    build: sealBuild({
      services: [service],
      context: '/src/shop',
      remote: false,
      dockerfile: 'Dockerfile',
      args: { TOKEN: 's3cret' },
      target: null,
      refs: [`shop_${service}`],
      noCache: false,
      pull: false,
      labels: {},
    }),
  });
export const create = (name: string, why: Reason = MISSING, needs: readonly string[] = []): Step =>
  step(
    `create ${name}`,
    { kind: 'create-container', spec: spec(name, ['A=s3cret', 'BARE']), replica: REPLICA },
    why,
    needs,
  );
export const attach = (container: string): Step =>
  step(`attach ${container}`, { kind: 'attach-container', container: ref(container), tty: false, fromNow: true });
export const start = (container: string, why: Reason = MISSING, needs: readonly string[] = []): Step =>
  step(`start ${container}`, { kind: 'start-container', container: ref(container) }, why, needs);
export const wait = (container: string): Step =>
  step(`wait for ${container}`, { kind: 'wait-ready', container: ref(container), limit: seconds(60) });
export const stop = (container: string, why: Reason = { code: 'asked-for' }): Step =>
  step(`stop ${container}`, { kind: 'stop-container', container: ref(container), grace: null }, why);
export const rename = (container: string, to: string, why: Reason = CHANGED): Step =>
  step(`rename ${container} to ${to}`, { kind: 'rename-container', container: ref(container), to }, why);
export const remove = (container: string, why: Reason = { code: 'asked-for' }): Step =>
  step(
    `remove ${container}`,
    { kind: 'remove-container', container: ref(container), volumes: false, replacedBy: null },
    why,
  );
export const removeOld = (container: string, replacedBy: string, why: Reason = CHANGED): Step =>
  step(`remove ${container}`, { kind: 'remove-container', container: ref(container), volumes: false, replacedBy }, why);

interface More {
  readonly unchanged?: readonly string[];
  readonly rescues?: readonly Rescue[];
  readonly groups?: readonly StepGroup[];
}

export const plan = (
  steps: readonly Step[],
  { unchanged = [], rescues = [], groups = creations(steps) }: More = {},
): Plan => ({
  project: 'shop',
  ...{ steps, rescues, groups, unchanged },
});

/** Each container that is created, attached to and started, as the planner groups these steps. */
function creations(steps: readonly Step[]): StepGroup[] {
  const created = new Set(steps.flatMap((each) => (each.kind === 'create-container' ? [each.spec.name] : [])));
  return [...created].map((name) => {
    const own = steps.filter((each) => nameOf(each) === name);
    return group('create', name, own, own[0]?.why);
  });
}

const nameOf = (of: Step): string | null => {
  if (of.kind === 'create-container') return of.spec.name;
  return of.kind === 'attach-container' || of.kind === 'start-container' ? of.container.name : null;
};

export const group = (
  does: StepGroup['does'],
  container: string,
  steps: readonly Step[],
  why: Reason = MISSING,
): StepGroup => ({ does, container, why, steps: steps.map(({ id }) => id) });

/** A replacement with its way back, as the planner makes it. */
export const replacement = (why: Reason = CHANGED): Plan => {
  const recreation = [
    stop('shop_db_1', why),
    rename('shop_db_1', 'shop_db_1_replaced', why),
    create('shop_db_1', why),
    start('shop_db_1', why),
  ];
  const undo = (of: Step): Step => ({ ...of, id: `undo ${of.id}` });
  const back = [remove('shop_db_1'), rename('shop_db_1_replaced', 'shop_db_1'), start('shop_db_1')].map(undo);
  const guards = ['create shop_db_1', 'start shop_db_1'];
  const onlyIf = 'rename shop_db_1 to shop_db_1_replaced';
  return plan([...recreation, removeOld('shop_db_1_replaced', 'shop_db_1', why)], {
    groups: [group('recreate', 'shop_db_1', recreation, why), group('put-back', 'shop_db_1', back)],
    rescues: [{ when: 'not-done', guards, steps: back.map((each) => ({ ...each, onlyIf })) }],
  });
};

export const ready = (of: Plan): RunEvent => ({ kind: 'plan-ready', plan: of });
export const started = (of: Step): RunEvent => ({ kind: 'step-started', step: of });
export const ended = (of: Step, outcome: Outcome): RunEvent => ({ kind: 'step-ended', step: of, outcome });
export const done = (of: Step, took = 5): RunEvent => ended(of, { kind: 'done', took: ms(took) });
export const failed = (of: Step, message: string, hint: string | null = null): RunEvent =>
  ended(of, { kind: 'failed', code: 'engine-refused', message, hint });
export const skipped = (of: Step, because: string): RunEvent => ended(of, { kind: 'skipped', because });
