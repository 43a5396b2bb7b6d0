import type { Project } from '../model/project.js';

/**
 * Addresses on the engine's default bridge are known only once their containers run. So a service that links to one
 * there can be planned only when the other is up: the services asked for, in growing sets, the last of which has all.
 * Without such links there is one set.
 */
export function bridgePhases(project: Project, services: readonly string[]): string[][] {
  const wave = new Map<string, number>();
  for (const name of services) {
    const service = project.services.get(name);
    const waits = (on: string, because: string): number =>
      (wave.get(on) ?? 0) + (because === 'links' && service?.net.kind === 'bridge' ? 1 : 0);
    wave.set(name, Math.max(0, ...(service?.needs ?? []).map(({ on, because }) => waits(on, because))));
  }
  const last = Math.max(0, ...wave.values());
  return Array.from({ length: last + 1 }, (_none, limit) => services.filter((name) => (wave.get(name) ?? 0) <= limit));
}
