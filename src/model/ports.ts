import type { WantedPort } from './project.js';

export const LAST_PORT = 65_535;

/** `80%i` for container 2 of a service: 802. It may be beyond the last port there is. */
export const hostPortAt = (template: string, number: number): number => Number(template.replace('%i', String(number)));

/** The first of these ports that a container of this number cannot have on the host. */
export const portBeyond = (ports: readonly WantedPort[], number: number): number | undefined =>
  ports
    .flatMap(({ hostTemplate }) => (hostTemplate === undefined ? [] : [hostPortAt(hostTemplate, number)]))
    .find((port) => port > LAST_PORT);
