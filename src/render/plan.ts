import { joinLines, safe, type SafeText } from '../lib/safe-text.js';
import type { Plan, Reason, Step, StepKind } from '../model/plan.js';

/** The plan as text, one line a step: what, after which steps, and why. `nothing to do` when there are no steps. */
export function planToText({ steps }: Plan): SafeText {
  if (steps.length === 0) return safe`nothing to do`;
  const textOf = new Map(steps.map((step) => [step.id, stepToText(step)]));
  return joinLines(
    steps.map((step) => {
      const needs = step.needs.map((id) => textOf.get(id) ?? id);
      const after = needs.length === 0 ? '' : ` (after ${needs.join(', ')})`;
      const why = step.why.code === 'missing' ? '' : `: ${reasonToText(step.why)}`; // what is new is no news
      return safe`${stepToText(step)}${after}${why}`;
    }),
  );
}

/** A step in the imperative, such as `create shop_db_1`; without its needs and its reason. */
export function stepToText(step: Step): SafeText {
  const words = STEP_WORDS[step.kind] as (step: Step) => SafeText;
  return words(step);
}

type StepWords = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => SafeText };

const STEP_WORDS: StepWords = {
  'pull-image': ({ image }) => safe`pull ${image}`,
  'build-image': ({ build }) => safe`build ${build.refs.join(', ')}`,
  'remove-image': ({ image }) => safe`remove image ${image}`,
  'create-network': ({ network }) => safe`create network ${network.name}`,
  'remove-network': ({ network }) => safe`remove network ${network.name}`,
  'connect-network': ({ container, network }) => safe`connect ${container.name} to ${network.name}`,
  'disconnect-network': ({ container, network }) => safe`disconnect ${container.name} from ${network.name}`,
  'create-volume': ({ volume }) => safe`create volume ${volume.name}`,
  'remove-volume': ({ volume }) => safe`remove volume ${volume}`,
  'create-container': ({ spec }) => safe`create ${spec.name}`,
  'attach-container': ({ container }) => safe`attach ${container.name}`,
  'start-container': ({ container }) => safe`start ${container.name}`,
  'wait-ready': ({ container }) => safe`wait for ${container.name}`,
  'stop-container': ({ container }) => safe`stop ${container.name}`,
  'kill-container': ({ container, signal }) => safe`kill ${container.name} with ${signal}`,
  'restart-container': ({ container }) => safe`restart ${container.name}`,
  'unpause-container': ({ container }) => safe`unpause ${container.name}`,
  'rename-container': ({ container, to }) => safe`rename ${container.name} to ${to}`,
  'remove-container': ({ container }) => safe`remove ${container.name}`,
};

/** Why a step is there, in a few words that fit behind a colon or in brackets. */
export function reasonToText(reason: Reason): SafeText {
  switch (reason.code) {
    case 'missing':
      return safe`new`;
    case 'config-changed':
      return safe`${reason.fields.length === 0 ? 'configuration' : reason.fields.join(', ')} changed`;
    case 'image-changed':
      return safe`image is newer`;
    case 'made-by-other-tool':
      return safe`made by another tool`;
    case 'dependency-recreated':
      return safe`depends on ${reason.on}, which is recreated`;
    case 'network-recreated':
      return safe`its network is recreated`;
    case 'not-running':
      return safe`it is ${reason.state}`;
    case 'needed-by':
      return safe`needed by ${reason.by}`;
    case 'interrupted':
      return safe`an earlier replacement was interrupted`;
    case 'orphan':
      return safe`its service is no longer in the file`;
    case 'above-scale':
      return safe`more than the scale`;
    case 'asked-for':
      return safe`asked for`;
    case 'next-run':
      return safe`the next run of the job`;
    case 'left-running':
      return safe`left running by a tsfig that was killed`;
    default:
      return reason satisfies never;
  }
}
