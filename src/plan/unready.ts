import { ownValue } from '../lib/own-value.js';
import type { ObservedContainer, Unready } from '../model/observed.js';
import { containerName } from '../model/names.js';
import type { Project, Service } from '../model/project.js';
import { isOneOff, numberOf, serviceOf } from '../model/replica.js';
import { type Instances } from './replicas.js';

interface Asked {
  readonly services: readonly string[];
  readonly instances: Instances;
}

/** What of these services is not ready: running and, where it has a health check, healthy (decisions 7). */
export function unreadyOf(
  project: Project,
  containers: readonly ObservedContainer[],
  { services, instances }: Asked,
): Unready[] {
  return services.flatMap((name) => {
    const service = project.services.get(name);
    if (!service) return [];
    const own = containers.filter((container) => serviceOf(container) === name && !isOneOff(container));
    const numbers = ownValue(instances, name) ?? (own.length > 0 ? own.map(numberOf) : [1]);
    return [...new Set(numbers)].flatMap((number) => {
      const found = own.filter((container) => numberOf(container) === number);
      return found.some((container) => isReady(service, container))
        ? []
        : [asUnready(found[0], project, { service, number })];
    });
  });
}

/** What is restarted only when it has failed has done its work when it has ended with 0, as a data container. */
const isReady = ({ restart }: Service, { state, health, exitCode }: ObservedContainer): boolean =>
  state === 'running'
    ? health === 'none' || health === 'healthy'
    : state === 'exited' && exitCode === 0 && restart.name === 'on-failure';

function asUnready(
  found: ObservedContainer | undefined,
  project: Project,
  { service, number }: { readonly service: Service; readonly number: number },
): Unready {
  if (found) return { container: found.name, state: found.state, health: found.health };
  const name = service.containerName ?? containerName(project.name, service.name, number);
  return { container: name, state: 'missing', health: 'none' };
}

/** The engine counts a life that lasted ten seconds as a good one (moby: restartmanager). */
const YOUNG = /^Up (?:Less than a second|\d seconds?)\b/;

/**
 * Whether it runs for so short a time that it may be one of many lives that all end soon: only an inspection tells whether
 * the engine has restarted it. By the engine's own words, so that no two clocks are compared.
 */
export const isYoung = ({ state, status }: ObservedContainer): boolean => state === 'running' && YOUNG.test(status);
