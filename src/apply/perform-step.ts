import type { CallOptions, Engine } from '../engine/engine.js';
import { hasCode, TsfigError, type ErrorCode } from '../model/errors.js';
import type { Control } from '../model/event.js';
import type { ContainerRef, Step, StepKind } from '../model/plan.js';
import type { ContainerHandle } from '../model/replica.js';
import { openBuild, openContainer, secretsOfBuild, secretsOfContainer } from '../model/sealed.js';
import type { Milliseconds } from '../lib/units.js';
import { createWhenFree, removeFully, removeOrSetAside, renameInLoop } from './free-names.js';
import type { Attacher, ContainerWatch, StepDependencies } from './step-dependencies.js';
import { hidingSecrets } from './hide-secrets.js';
import { waitReady } from './wait-ready.js';

/** Steps that may take long and leave nothing half-made: the first signal ends them. The others are let finish. */
const INTERRUPTIBLE: ReadonlySet<StepKind> = new Set(['pull-image', 'build-image', 'wait-ready']);

/** What a step may touch, and which container it means. */
export interface StepContext extends StepDependencies {
  readonly idOf: (container: ContainerRef) => string;
}

/** Does one step: one call, no decision. Answers the id of the container that it has created or acted on; null for other steps. */
export async function performStep(step: Step, context: StepContext, control: Control): Promise<string | null> {
  if (step.kind === 'create-container') {
    const creating = createWhenFree(context.engine, openContainer(step.spec), { signal: control.force });
    return hidingSecrets(secretsOfContainer(step.spec), creating);
  }
  if (!('container' in step)) {
    await performOnThing(step, context, control);
    return null;
  }
  const container = { id: context.idOf(step.container), name: step.container.name };
  await performOnContainer({ ...step, container }, context, control);
  return container.id;
}

type ContainerStep = Extract<Step, { readonly container: ContainerRef }>;
type ThingStep = Exclude<Step, ContainerStep | { kind: 'create-container' }>;
/** The same with the container that is meant. */
type Resolved<S> = S extends ContainerStep ? Omit<S, 'container'> & { readonly container: ContainerHandle } : never;

async function performOnThing(step: ThingStep, { engine }: StepDependencies, control: Control): Promise<void> {
  const call = { signal: INTERRUPTIBLE.has(step.kind) ? control.signal : control.force };
  switch (step.kind) {
    case 'pull-image':
      for await (const progress of engine.pullImage(step.image, call)) {
        await control.emit({ kind: 'step-progress', step, progress });
      }
      return;
    case 'build-image':
      return hidingSecrets(secretsOfBuild(step.build), build(step, engine, control, call));
    case 'remove-image':
      return unless('image-not-found', engine.removeImage(step.image, call));
    case 'create-network':
      return engine.createNetwork(step.network, call);
    case 'remove-network':
      return unless('not-found', engine.removeNetwork(step.network, call));
    case 'create-volume':
      return engine.createVolume(step.volume, call);
    case 'remove-volume':
      return unless('not-found', engine.removeVolume(step.volume, call));
  }
}

type BuildStep = Extract<Step, { readonly kind: 'build-image' }>;

async function build(step: BuildStep, engine: Engine, { emit }: Control, call: CallOptions): Promise<void> {
  for await (const output of engine.buildImage(openBuild(step.build), call)) {
    if (output.kind === 'text') await emit({ kind: 'step-output', step, text: output.text });
    else await emit({ kind: 'step-progress', step, progress: output.progress });
  }
}

async function performOnContainer(
  step: Resolved<ContainerStep>,
  dependencies: StepDependencies,
  control: Control,
): Promise<void> {
  const { engine } = dependencies;
  const { container } = step;
  const signal = INTERRUPTIBLE.has(step.kind) ? control.signal : control.force;
  const call = { signal };
  switch (step.kind) {
    case 'connect-network':
      return engine.connectNetwork(step.network, container, step, call);
    case 'disconnect-network':
      return unless('container-not-found', engine.disconnectNetwork(step.network, container, call));
    case 'attach-container':
      return needed(dependencies.follower).attach(step, signal);
    case 'start-container':
      return engine.startContainer(container, call);
    case 'unpause-container':
      return unless('engine-conflict', engine.unpauseContainer(container, call));
    case 'wait-ready':
      return waitReady({ engine, watch: needed<ContainerWatch>(dependencies.watch), container }, step.limit, signal);
    case 'stop-container':
      return unless('container-not-found', stopOrKill(engine, { container, grace: step.grace }, signal));
    case 'kill-container':
      return unless('engine-conflict', engine.killContainer(container, step.signal, call));
    case 'restart-container':
      return engine.restartContainer(container, step.grace, call);
    case 'rename-container':
      return renameInLoop(engine, { container, to: step.to }, call);
    case 'remove-container':
      return step.elseAs
        ? removeOrSetAside(engine, { container, volumes: step.volumes, elseAs: step.elseAs }, control)
        : removeFully(engine, { container, volumes: step.volumes }, call);
  }
}

interface Stopping {
  readonly container: ContainerHandle;
  readonly grace: Milliseconds | null;
}

/**
 * Stops the container; when the signal comes meanwhile, kills it. Either way it has ended afterwards: a request to stop
 * that is dropped here would go on in the engine, and end a container that has been put back in the meantime.
 */
async function stopOrKill(engine: Engine, { container, grace }: Stopping, signal: AbortSignal): Promise<void> {
  const own = new AbortController();
  const onAbort = (): void => {
    engine.killContainer(container, 'SIGKILL', { signal: own.signal }).catch(() => undefined); // it has ended by itself
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await engine.stopContainer(container, grace, { signal: own.signal });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** What is gone already need not go: another tsfig, or the user's own hand, was quicker. */
async function unless(already: ErrorCode, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!hasCode(error, already)) throw error;
  }
}

function needed<T extends Attacher | ContainerWatch>(hand: T | undefined): T {
  if (hand) return hand;
  throw new TsfigError('bad-usage', 'this plan attaches or waits, and nobody is there to do so');
}
