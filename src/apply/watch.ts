import type { Engine, EngineEvent } from '../engine/engine.js';
import type { ContainerNews, ContainerWatch } from './hands.js';

const KIND: Partial<Record<EngineEvent['action'], ContainerNews['kind']>> = {
  start: 'started',
  die: 'died',
  destroy: 'gone',
};

/**
 * One subscription to the engine's events for everybody who waits. Resolves when the engine is telling, so that nothing
 * caused afterwards is missed; ends with the signal.
 */
export async function watchProject(engine: Engine, project: string, signal: AbortSignal): Promise<ContainerWatch> {
  const listeners = new Set<(news: ContainerNews) => void>();
  const events = await engine.events({ project, signal });
  const reading = read(events, (news) => listeners.forEach((listener) => listener(news)));
  // Whoever waits races against `broken`; when nobody does, a broken stream is nobody's trouble.
  reading.catch(() => undefined);
  return {
    broken: reading,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function read(events: AsyncIterable<EngineEvent>, tell: (news: ContainerNews) => void): Promise<never> {
  for await (const event of events) {
    const kind = event.action === 'health' ? healthKind(event) : KIND[event.action];
    if (kind) tell({ kind, container: event.name, id: event.id, exitCode: event.exitCode, at: event.at });
  }
  return new Promise(() => undefined); // the signal ended it: whoever waits is told by the same signal
}

const healthKind = ({ health }: EngineEvent): ContainerNews['kind'] | undefined =>
  health === 'healthy' || health === 'unhealthy' ? health : undefined;
