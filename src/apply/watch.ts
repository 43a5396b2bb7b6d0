import type { Engine, EngineEvent } from '../engine/engine.js';
import { TsfigError } from '../model/errors.js';
import type { ContainerNews, ContainerWatch } from './step-dependencies.js';

const KIND: Partial<Record<EngineEvent['action'], ContainerNews['kind']>> = {
  start: 'started',
  kill: 'signalled',
  die: 'died',
  stop: 'stopped',
  pause: 'paused',
  unpause: 'unpaused',
  rename: 'renamed',
  destroy: 'gone',
};

/** One subscription to the engine's events for everybody who waits, made when the first one asks. Ends with the signal. */
export function watchProject(engine: Engine, project: string, signal: AbortSignal): ContainerWatch {
  const listeners = new Set<(news: ContainerNews) => void>();
  let breakDown: (error: unknown) => void = () => undefined;
  const broken = new Promise<never>((_resolve, reject) => (breakDown = reject));
  // Whoever waits races against `broken`; when nobody does, a broken stream is nobody's trouble.
  broken.catch(() => undefined);
  const subscribe = async (): Promise<void> => {
    const events = await engine.events({ project, signal });
    const reading = read(events, (news) => listeners.forEach((listener) => listener(news)));
    // An engine that goes away may end its events without a word; when the signal ended them, nobody listens any more.
    const gone = (): TsfigError => new TsfigError('engine-unreachable', 'the engine has stopped telling its events');
    reading.then(() => breakDown(signal.aborted ? signal.reason : gone()), breakDown);
  };
  let opening: Promise<void> | null = null;
  return {
    broken,
    open: () => (opening ??= subscribe()),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Ends when the signal ends the events: whoever waits is told by the same signal. */
async function read(events: AsyncIterable<EngineEvent>, tell: (news: ContainerNews) => void): Promise<void> {
  for await (const event of events) {
    const kind = event.action === 'health' ? healthKind(event) : KIND[event.action];
    if (kind) tell({ kind, container: event.name, id: event.id, exitCode: event.exitCode, at: event.at });
  }
}

const healthKind = ({ health }: EngineEvent): ContainerNews['kind'] | undefined =>
  health === 'healthy' || health === 'unhealthy' ? health : undefined;
