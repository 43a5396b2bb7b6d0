import type { Plan, Reason, Step, StepKind } from '../model/plan.js';

/** The plan as text, one line a step: what, after which steps, and why. `nothing to do` when there are no steps. */
export function planToText(plan: Plan): string {
  if (plan.steps.length === 0) return 'nothing to do';
  return plan.steps.map((step) => `${stepToText(step)}${needsToText(step)}: ${reasonToText(step.why)}`).join('\n');
}

const needsToText = ({ needs }: Step): string => (needs.length === 0 ? '' : ` (after ${needs.join(', ')})`);

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
  'remove-network': ({ network }) => `remove network ${network}`,
  'connect-network': ({ container, network }) => `connect ${container} to ${network}`,
  'disconnect-network': ({ container, network }) => `disconnect ${container} from ${network}`,
  'create-volume': ({ volume }) => `create volume ${volume.name}`,
  'remove-volume': ({ volume }) => `remove volume ${volume}`,
  'create-container': ({ spec }) => `create ${spec.name}`,
  'attach-container': ({ container }) => `attach ${container}`,
  'start-container': ({ container }) => `start ${container}`,
  'wait-ready': ({ container }) => `wait for ${container}`,
  'stop-container': ({ container }) => `stop ${container}`,
  'kill-container': ({ container, signal }) => `kill ${container} with ${signal}`,
  'restart-container': ({ container }) => `restart ${container}`,
  'rename-container': ({ container, to }) => `rename ${container} to ${to}`,
  'remove-container': ({ container }) => `remove ${container}`,
};

/** Why a step is there, in a few words that fit behind a colon or in brackets. */
export function reasonToText(reason: Reason): string {
  switch (reason.code) {
    case 'missing':
      return 'not there yet';
    case 'config-changed':
      return `${reason.fields.length === 0 ? 'configuration' : reason.fields.join(', ')} changed`;
    case 'image-changed':
      return 'image is newer';
    case 'foreign':
      return 'was made by another tool';
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
      return 'no service of the file any more';
    case 'surplus':
      return 'more than wanted';
    case 'asked-for':
      return 'asked for';
    case 'next-run':
      return 'the next run of the job';
    case 'abandoned':
      return 'left running by a tsfig that was killed';
    default:
      return reason satisfies never;
  }
}
