import { isReplacedName, replacedName } from '../model/names.js';
import type { Plan, Reason, Rescue, Step, StepKind } from '../model/plan.js';
import { reasonToText } from './plan.js';

/**
 * What a person sees as one piece of work: all steps that create, replace or start one container, or one other step.
 * `title` reads as `Creating shop_db_1`.
 */
export interface Task {
  readonly kind: 'container' | 'wait' | 'pull' | 'build' | 'thing';
  readonly verb: string;
  readonly name: string;
  readonly title: string;
  readonly stepIds: readonly string[];
  /** Not worth a line unless it fails. */
  readonly quiet: boolean;
  /** It puts things back after a failure; that it never begins is well. */
  readonly rescue: boolean;
}

type Words = Omit<Task, 'stepIds' | 'rescue'>;

/** The tasks of a plan in the order of their first steps; every step, those of the rescues included, is in one task. */
export function tasksOf(plan: Plan): readonly Task[] {
  const mains = mainTasks(plan.steps);
  const groups = new Map<string, { readonly words: Words; readonly stepIds: string[] }>();
  for (const step of plan.steps) {
    const main = mainOf(step, mains);
    const key = main === undefined ? `step ${step.id}` : `main ${main.words.name}`;
    const group = groups.get(key);
    if (group) group.stepIds.push(step.id);
    else groups.set(key, { words: main?.words ?? wordsOf(step), stepIds: [step.id] });
  }
  const rescues = plan.rescues.filter(({ steps }) => steps.length > 0).map(rescueTask);
  return [...[...groups.values()].map(({ words, stepIds }) => ({ ...words, stepIds, rescue: false })), ...rescues];
}

/** The task of a step that no plan announced. */
export const taskOf = (step: Step): Task => ({ ...wordsOf(step), stepIds: [step.id], rescue: false });

interface Main {
  readonly words: Words;
  readonly replaces: boolean;
}

/** One per container that is created or started, by its name. */
function mainTasks(steps: readonly Step[]): ReadonlyMap<string, Main> {
  const aside = new Set(steps.flatMap((step) => asideOf(step) ?? []));
  const mains = new Map<string, Main>();
  for (const step of steps) {
    if (step.kind === 'create-container') {
      const { name } = step.spec;
      const replaces = step.why.code !== 'missing' && (aside.has(replacedName(name)) || isReplacement(step.why));
      const words = containerWords(replaces ? 'Recreating' : 'Creating', name, replaces && step.why);
      mains.set(name, { words: { ...words, quiet: isRoutine(step) }, replaces });
    } else if (step.kind === 'start-container' && !mains.has(step.container)) {
      mains.set(step.container, { words: containerWords('Starting', step.container), replaces: false });
    }
  }
  return mains;
}

/** The name under which a container waits for its replacement, as far as the step tells. */
function asideOf(step: Step): string | undefined {
  if (step.kind === 'rename-container') return step.to;
  return step.kind === 'remove-container' ? step.container : undefined;
}

const isReplacement = ({ code }: Reason): boolean =>
  code === 'config-changed' ||
  code === 'image-changed' ||
  code === 'dependency-recreated' ||
  code === 'network-recreated' ||
  code === 'foreign';

/** The container task a step belongs to; undefined when the step is a task of its own. */
function mainOf(step: Step, mains: ReadonlyMap<string, Main>): Main | undefined {
  if (MAKING.has(step.kind)) return mains.get(subjectOf(step));
  if (!UNMAKING.has(step.kind)) return undefined;
  // The old one is removed after the new one has started, which is when the line says "done".
  if (step.kind === 'remove-container' && isReplacedName(step.container)) return undefined;
  const main = mains.get(originalName(step.kind === 'rename-container' ? step.to : subjectOf(step)));
  return main?.replaces ? main : undefined;
}

const MAKING: ReadonlySet<StepKind> = new Set(['create-container', 'attach-container', 'start-container']);
/** What happens to a container that is replaced. */
const UNMAKING: ReadonlySet<StepKind> = new Set([
  'stop-container',
  'kill-container',
  'rename-container',
  'remove-container',
]);

/** `shop_db_1_replaced` → `shop_db_1`. */
const originalName = (name: string): string =>
  isReplacedName(name) ? name.slice(0, name.length - replacedName('').length) : name;

function rescueTask({ steps }: Rescue): Task {
  const rename = steps.find((step) => step.kind === 'rename-container');
  const first = steps[0];
  const name = rename ? rename.to : first ? subjectOf(first) : '';
  const words = rename ? puttingBack(name) : { ...containerWords('Cleaning up', name), quiet: true };
  return { ...words, stepIds: steps.map(({ id }) => id), rescue: true };
}

const puttingBack = (name: string): Words => ({ ...containerWords('Putting', name), title: `Putting ${name} back` });

function containerWords(verb: string, name: string, why: Reason | false = false): Words {
  const note = why ? ` (${reasonToText(why)})` : '';
  return { kind: 'container', verb, name, title: `${verb} ${name}${note}`, quiet: false };
}

const thing = (verb: string, name: string, title: string): Words => ({
  kind: 'thing',
  verb,
  name,
  title,
  quiet: false,
});

/** How a step that stands alone is called. */
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
    title: `Pulling ${service} (${image})`,
  }),
  'build-image': ({ build }) => longWords('build', 'Building', build.services.join(', ')),
  'remove-image': ({ image }) => thing('Removing', image, `Removing image ${image}`),
  'create-network': ({ network: { name } }) => thing('Creating', name, `Creating network "${name}"`),
  'remove-network': ({ network }) => thing('Removing', network, `Removing network ${network}`),
  'connect-network': ({ container, network }) =>
    thing('Connecting', container, `Connecting ${container} to network ${network}`),
  'disconnect-network': ({ container, network }) =>
    thing('Disconnecting', container, `Disconnecting ${container} from network ${network}`),
  'create-volume': ({ volume: { name, driver } }) =>
    thing('Creating', name, `Creating volume "${name}" with ${driver ?? 'default'} driver`),
  'remove-volume': ({ volume }) => thing('Removing', volume, `Removing volume ${volume}`),
  'create-container': ({ spec }) => containerWords('Creating', spec.name),
  'attach-container': ({ container }) => ({ ...containerWords('Attaching to', container), quiet: true }),
  'start-container': ({ container }) => containerWords('Starting', container),
  'wait-ready': ({ container }) => ({
    ...containerWords('Waiting for', container),
    kind: 'wait',
    title: `Waiting for ${container} to be ready`,
  }),
  'stop-container': ({ container }) => containerWords('Stopping', container),
  'kill-container': ({ container }) => containerWords('Killing', container),
  'restart-container': ({ container }) => containerWords('Restarting', container),
  'rename-container': ({ container, to }) =>
    isReplacedName(container)
      ? puttingBack(to)
      : { ...containerWords('Renaming', container), title: `Renaming ${container} to ${to}` },
  'remove-container': ({ container }) =>
    isReplacedName(container)
      ? { ...containerWords('Removing', container), title: `Removing the old ${originalName(container)}`, quiet: true }
      : containerWords('Removing', container),
};

const longWords = (kind: 'pull' | 'build', verb: string, name: string): Words => ({
  kind,
  verb,
  name,
  title: `${verb} ${name}`,
  quiet: false,
});

/** What a step is about: the service of an image, the name of everything else. */
export function subjectOf(step: Step): string {
  if ('container' in step) return step.container;
  if ('spec' in step) return step.spec.name;
  if ('service' in step) return step.service;
  if ('build' in step) return step.build.services.join(', ');
  if ('image' in step) return step.image;
  if ('network' in step) return typeof step.network === 'string' ? step.network : step.network.name;
  return typeof step.volume === 'string' ? step.volume : step.volume.name;
}
