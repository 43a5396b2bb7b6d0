import { groupBy } from '../lib/group-by.js';
import { safe, sanitize, type SafeText } from '../lib/safe-text.js';
import type { Plan, Reason, Step, StepGroup, StepKind } from '../model/plan.js';
import { reasonToText } from './plan.js';

/**
 * What a person sees as one piece of work: all steps that create, replace or start one container, or one other step.
 * `title` reads as `Creating shop_db_1`.
 */
export interface Task {
  readonly kind: 'container' | 'wait' | 'pull' | 'build' | 'thing';
  readonly verb: SafeText;
  readonly name: SafeText;
  readonly title: SafeText;
  readonly stepIds: readonly string[];
  /** Not worth a line unless it fails. */
  readonly quiet: boolean;
  /** It puts things back after a failure; that it never begins is well. */
  readonly rescue: boolean;
}

type Words = Omit<Task, 'stepIds' | 'rescue'>;

/** The tasks of a plan in the order of their first steps; every step, those of the rescues included, is in one task. */
export function tasksOf({ steps, rescues, groups }: Plan): readonly Task[] {
  const groupOf = new Map(groups.flatMap((group) => group.steps.map((id) => [id, group] as const)));
  const byGroup = (of: readonly Step[], rescue: boolean): Task[] => {
    const together = groupBy(of, (step) => groupOf.get(step.id) ?? step);
    return [...together].map(([key, members]) => {
      const words = 'does' in key ? groupWords(key, members) : wordsOf(key);
      return { ...words, stepIds: members.map(({ id }) => id), rescue };
    });
  };
  return [
    ...byGroup(steps, false),
    ...byGroup(
      rescues.flatMap((rescue) => rescue.steps),
      true,
    ),
  ];
}

/** The task of a step that no plan announced. */
export const taskOf = (step: Step): Task => ({ ...wordsOf(step), stepIds: [step.id], rescue: false });

function groupWords({ does, container, why }: StepGroup, steps: readonly Step[]): Words {
  switch (does) {
    case 'create':
      return { ...containerWords('Creating', container), quiet: steps.every(isRoutine) };
    case 'recreate':
      return containerWords('Recreating', container, why);
    case 'start':
      return containerWords('Starting', container);
    case 'put-back':
      return { ...containerWords('Putting', container), title: safe`Putting ${container} back` };
    case 'clean-up':
      return { ...containerWords('Cleaning up', container), quiet: true };
    default:
      return does satisfies never;
  }
}

function containerWords(verb: string, name: string, why: Reason | false = false): Words {
  const note = why ? ` (${reasonToText(why)})` : '';
  return {
    kind: 'container',
    verb: sanitize(verb),
    name: sanitize(name),
    title: safe`${verb} ${name}${note}`,
    quiet: false,
  };
}

const thing = (verb: string, name: string, title: SafeText): Words => ({
  kind: 'thing',
  verb: sanitize(verb),
  name: sanitize(name),
  title,
  quiet: false,
});

/** `creating shop_db_1`: a task in the middle of a sentence. */
const gerund = ({ verb, name }: Task): SafeText => safe`${verb.slice(0, 1).toLowerCase()}${verb.slice(1)} ${name}`;

/** Why a step is skipped, after "because"; a task that did not fail is one whose container has ended since. */
export function causeToText(task: Task | undefined, failed: boolean): SafeText {
  if (!task) return safe`another step failed`;
  return failed ? safe`${gerund(task)} failed` : safe`${task.name} has ended`;
}

/** What a step that stands alone is called. */
function wordsOf(step: Step): Words {
  const words = LONELY[step.kind] as (step: Step) => Words;
  return isRoutine(step) ? { ...words(step), quiet: true } : words(step);
}

/** What every run of a job does would fill the supervisor's log. */
const isRoutine = ({ why }: Step): boolean => why.code === 'next-run';

type LonelyWords = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => Words };

/** docker-compose's words where it has some. */
const LONELY: LonelyWords = {
  'pull-image': ({ service, image }) => ({
    ...longWords('pull', 'Pulling', service),
    title: safe`Pulling ${service} (${image})`,
  }),
  'build-image': ({ build }) => longWords('build', 'Building', build.services.join(', ')),
  'remove-image': ({ image }) => thing('Removing', image, safe`Removing image ${image}`),
  'create-network': ({ network: { name } }) => thing('Creating', name, safe`Creating network "${name}"`),
  'remove-network': ({ network }) => thing('Removing', network.name, safe`Removing network ${network.name}`),
  'connect-network': ({ container, network }) =>
    thing('Connecting', container.name, safe`Connecting ${container.name} to network ${network.name}`),
  'disconnect-network': ({ container, network }) =>
    thing('Disconnecting', container.name, safe`Disconnecting ${container.name} from network ${network.name}`),
  'create-volume': ({ volume: { name, driver } }) =>
    thing('Creating', name, safe`Creating volume "${name}" with ${driver ?? 'default'} driver`),
  'remove-volume': ({ volume }) => thing('Removing', volume, safe`Removing volume ${volume}`),
  'create-container': ({ spec }) => containerWords('Creating', spec.name),
  'attach-container': ({ container }) => ({ ...containerWords('Attaching to', container.name), quiet: true }),
  'start-container': ({ container }) => containerWords('Starting', container.name),
  'wait-ready': ({ container }) => ({
    ...containerWords('Waiting for', container.name),
    kind: 'wait',
    title: safe`Waiting for ${container.name} to be ready`,
  }),
  'stop-container': ({ container }) => containerWords('Stopping', container.name),
  'kill-container': ({ container }) => containerWords('Killing', container.name),
  'restart-container': ({ container }) => containerWords('Restarting', container.name),
  'unpause-container': ({ container }) => containerWords('Unpausing', container.name),
  'rename-container': ({ container, to }) => ({
    ...containerWords('Renaming', container.name),
    title: safe`Renaming ${container.name} to ${to}`,
  }),
  'remove-container': ({ container, replacedBy }) =>
    replacedBy === null
      ? containerWords('Removing', container.name)
      : { ...containerWords('Removing', container.name), title: safe`Removing the old ${replacedBy}`, quiet: true },
};

const longWords = (kind: 'pull' | 'build', verb: string, name: string): Words => ({
  kind,
  verb: sanitize(verb),
  name: sanitize(name),
  title: safe`${verb} ${name}`,
  quiet: false,
});

/** What a step is about: the service of an image, the name of everything else. */
export function subjectOf(step: Step): string {
  if ('container' in step) return step.container.name;
  if ('spec' in step) return step.spec.name;
  if ('service' in step) return step.service;
  if ('build' in step) return step.build.services.join(', ');
  if ('image' in step) return step.image;
  if ('network' in step) return step.network.name;
  return typeof step.volume === 'string' ? step.volume : step.volume.name;
}
