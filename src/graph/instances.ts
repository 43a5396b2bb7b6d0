import { ownValue } from '../lib/own-value.js';
import { bad, good, problem, type Checked, type Diagnostic } from '../model/diagnostic.js';
import { LAST_PORT, portBeyond } from '../model/ports.js';
import type { Project, Service, WantedPort } from '../model/project.js';
import { namedServices } from './select.js';

/** What was named on a command line: services, and of some of them only certain containers. */
export interface Named {
  /** All when none was named, else in the order in which they were. */
  readonly services: readonly string[];
  /** By service the numbers of the containers that are meant. A service that is not in it is meant as a whole. */
  readonly instances: Readonly<Record<string, readonly number[]>>;
}

/** `web` is a service and `web@2` its container 2. A name of a service has no `@` in it. */
export function readNamed(project: Project, order: readonly string[], words: readonly string[]): Checked<Named> {
  const parts = words.map((word) => {
    const at = word.indexOf('@');
    return at === -1 ? { word, service: word, number: null } : cut(word, at);
  });
  const named = namedServices(
    order,
    parts.map(({ service }) => service),
  );
  if (!named.ok) return named;
  const numbered = new Map<string, number[]>();
  for (const { service, number } of parts) {
    if (number !== null) numbered.set(service, [...new Set([...(numbered.get(service) ?? []), number])]);
  }
  const instances = Object.fromEntries(numbered);
  const problems = parts.flatMap((part) => whyNot(part, instances, project.services.get(part.service)) ?? []);
  return problems.length > 0 ? bad(problems) : good({ services: named.value, instances });
}

interface Part {
  readonly word: string;
  readonly service: string;
  /** Null: the service as a whole. NaN: what stands there is no number. */
  readonly number: number | null;
}

/** A number as it stands in names of containers: no zero, no sign, no leading zeros. */
const NUMBER = /^[1-9]\d{0,5}$/;

function cut(word: string, at: number): Part {
  const text = word.slice(at + 1);
  return { word, service: word.slice(0, at), number: NUMBER.test(text) ? Number(text) : Number.NaN };
}

function whyNot({ word, service, number }: Part, instances: Named['instances'], found?: Service): Diagnostic | null {
  if (number === null) {
    if (!ownValue(instances, service)) return null;
    return problem('bad-usage', `${service} is named both as a whole and by number`, 'name it in one of the two ways');
  }
  if (Number.isNaN(number)) {
    return problem('bad-usage', `"${word}" does not name a container of ${service}`, `write ${service}@1`);
  }
  if (found?.containerName && number !== 1) return fixedName(service);
  const beyond = found && portBeyond(found.ports, number);
  return beyond === undefined ? null : noSuchPort(service, number, beyond);
}

export const fixedName = (service: string): Diagnostic =>
  problem('bad-usage', `${service} has a container_name, so there can be only one of it`, 'take container_name out');

export const fixedPort = (service: string, { hostPort, containerPort }: WantedPort): Diagnostic =>
  problem(
    'bad-usage',
    `${service} publishes port ${String(hostPort)} of the host, so there can be only one of it`,
    `let the engine choose ("${containerPort}"), or put %i into the port of the host: it stands for the number`,
  );

export const noSuchPort = (service: string, number: number, port: number): Diagnostic =>
  problem(
    'bad-usage',
    `container ${number} of ${service} cannot have port ${port} of the host`,
    `the last port is ${LAST_PORT}`,
  );
