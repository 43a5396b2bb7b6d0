import type { Plan, Reason, Step, StepKind } from '../model/plan.js';

/** The plan as text, one line a step: what, after which steps, and why. `nothing to do` when there are no steps. */
export function planToText({ steps }: Plan): string {
  if (steps.length === 0) return 'nothing to do';
  const textOf = new Map(steps.map((step) => [step.id, stepToText(step)]));
  return steps
    .map((step) => {
      const needs = step.needs.map((id) => textOf.get(id) ?? id);
      const after = needs.length === 0 ? '' : ` (after ${needs.join(', ')})`;
      const why = step.why.code === 'missing' ? '' : `: ${reasonToText(step.why)}`; // what is new is no news
      return `${stepToText(step)}${after}${why}`;
    })
    .join('\n');
}

/** A step in the imperative, such as `create shop_db_1`; without its needs and its reason. */
export function stepToText(step: Step): string {
  const words = STEP_WORDS[step.kind] as (step: Step) => string;
  return words(step);
}

type StepWords = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => string };

const STEP_WORDS: StepWords = {
  'pull-image': ({ image }) => `pull ${image}`,
  'build-image': ({ build }) => `build ${build.refs.join(', ')}`,
  'remove-image': ({ image }) => `remove image ${image}`,
  'create-network': ({ network }) => `create network ${network.name}`,
  'remove-network': ({ network }) => `remove network ${network.name}`,
  'connect-network': ({ container, network }) => `connect ${container.name} to ${network.name}`,
  'disconnect-network': ({ container, network }) => `disconnect ${container.name} from ${network.name}`,
  'create-volume': ({ volume }) => `create volume ${volume.name}`,
  'remove-volume': ({ volume }) => `remove volume ${volume}`,
  'create-container': ({ spec }) => `create ${spec.name}`,
  'attach-container': ({ container }) => `attach ${container.name}`,
  'start-container': ({ container }) => `start ${container.name}`,
  'wait-ready': ({ container }) => `wait for ${container.name}`,
  'stop-container': ({ container }) => `stop ${container.name}`,
  'kill-container': ({ container, signal }) => `kill ${container.name} with ${signal}`,
  'restart-container': ({ container }) => `restart ${container.name}`,
  'unpause-container': ({ container }) => `unpause ${container.name}`,
  'rename-container': ({ container, to }) => `rename ${container.name} to ${to}`,
  'remove-container': ({ container }) => `remove ${container.name}`,
};

/** Why a step is there, in a few words that fit behind a colon or in brackets. */
export function reasonToText(reason: Reason): string {
  switch (reason.code) {
    case 'missing':
      return 'new';
    case 'config-changed':
      return `${reason.fields.length === 0 ? 'configuration' : reason.fields.join(', ')} changed`;
    case 'image-changed':
      return 'image is newer';
    case 'made-by-other-tool':
      return 'made by another tool';
    case 'dependency-recreated':
      return `depends on ${reason.on}, which is recreated`;
    case 'network-recreated':
      return 'its network is recreated';
    case 'not-running':
      return `it is ${reason.state}`;
    case 'needed-by':
      return `needed by ${reason.by}`;
    case 'interrupted':
      return 'an earlier replacement was interrupted';
    case 'orphan':
      return 'its service is no longer in the file';
    case 'above-scale':
      return 'more than the scale';
    case 'asked-for':
      return 'asked for';
    case 'next-run':
      return 'the next run of the job';
    case 'left-running':
      return 'left running by a tsfig that was killed';
    default:
      return reason satisfies never;
  }
}
