import { ms, seconds } from '../../../src/lib/units.js';
import type { ContainerSpec } from '../../../src/model/container-spec.js';
import type { RunEvent } from '../../../src/model/event.js';
import type { Outcome, Plan, Reason, Rescue, Step, StepAction } from '../../../src/model/plan.js';

/** Small plans for the tests of what is shown of them. */

export const MISSING: Reason = { code: 'missing' };
export const CHANGED: Reason = { code: 'config-changed', fields: ['command'] };

export const step = (id: string, action: StepAction, why: Reason = MISSING, needs: readonly string[] = []): Step => ({
  id,
  needs,
  why,
  ...action,
});

/** A spec of which only the name and the environment matter. */
export const spec = (name: string, environment: readonly string[] = []): ContainerSpec =>
  ({ name, image: 'nginx', environment }) as unknown as ContainerSpec;

export const pull = (image: string, service: string): Step =>
  step(`pull ${image}`, { kind: 'pull-image', image, service });
export const build = (service: string): Step =>
  step(`build shop_${service}`, {
    kind: 'build-image',
    build: {
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
    },
  });
export const create = (name: string, why: Reason = MISSING, needs: readonly string[] = []): Step =>
  step(`create ${name}`, { kind: 'create-container', spec: spec(name, ['A=s3cret', 'BARE']) }, why, needs);
export const attach = (container: string): Step =>
  step(`attach ${container}`, { kind: 'attach-container', container, tty: false, fromNow: true });
export const start = (container: string, why: Reason = MISSING, needs: readonly string[] = []): Step =>
  step(`start ${container}`, { kind: 'start-container', container }, why, needs);
export const wait = (container: string): Step =>
  step(`wait for ${container}`, { kind: 'wait-ready', container, limit: seconds(60) });
export const stop = (container: string, why: Reason = { code: 'asked-for' }): Step =>
  step(`stop ${container}`, { kind: 'stop-container', container, grace: null }, why);
export const rename = (container: string, to: string, why: Reason = CHANGED): Step =>
  step(`rename ${container} to ${to}`, { kind: 'rename-container', container, to }, why);
export const remove = (container: string, why: Reason = { code: 'asked-for' }): Step =>
  step(`remove ${container}`, { kind: 'remove-container', container, volumes: false }, why);

export const plan = (
  steps: readonly Step[],
  more: { readonly unchanged?: readonly string[]; readonly rescues?: readonly Rescue[] } = {},
): Plan => ({ project: 'shop', steps, rescues: more.rescues ?? [], unchanged: more.unchanged ?? [] });

/** A replacement with its way back, as the planner makes it. */
export const replacement = (): Plan => {
  const steps = [
    stop('shop_db_1', CHANGED),
    rename('shop_db_1', 'shop_db_1_replaced'),
    create('shop_db_1', CHANGED),
    start('shop_db_1', CHANGED),
    remove('shop_db_1_replaced', CHANGED),
  ];
  const back = [remove('shop_db_1'), rename('shop_db_1_replaced', 'shop_db_1'), start('shop_db_1')];
  const guards = ['create shop_db_1', 'start shop_db_1'];
  return plan(steps, { rescues: [{ after: 'rename shop_db_1 to shop_db_1_replaced', guards, steps: back }] });
};

export const ready = (of: Plan): RunEvent => ({ kind: 'plan-ready', plan: of });
export const started = (of: Step): RunEvent => ({ kind: 'step-started', step: of });
export const ended = (of: Step, outcome: Outcome): RunEvent => ({ kind: 'step-ended', step: of, outcome });
export const done = (of: Step, took = 5): RunEvent => ended(of, { kind: 'done', took: ms(took) });
export const failed = (of: Step, message: string, hint: string | null = null): RunEvent =>
  ended(of, { kind: 'failed', code: 'engine-refused', message, hint });
export const skipped = (of: Step, because: string): RunEvent => ended(of, { kind: 'skipped', because });
