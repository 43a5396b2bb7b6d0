import { compareText } from '../lib/compare-text.js';
import { safe, sanitize, type SafeText } from '../lib/safe-text.js';
import { LABEL } from '../model/names.js';
import type { ContainerState, HealthState, ObservedContainer, ObservedPort } from '../model/observed.js';
import { cutTo, widthOf } from './width.js';

export const PS_COLUMNS: readonly SafeText[] = [safe`Name`, safe`Command`, safe`State`, safe`Ports`];

/** Longer commands are cut, as fig did: 26 characters and ` ...`. */
const LONGEST_COMMAND = 30;
const KEPT_OF_COMMAND = 26;

/** A container as a row of `ps`: name, command, state, ports. */
export function psRow(container: ObservedContainer): readonly [SafeText, SafeText, SafeText, SafeText] {
  return [
    sanitize(container.name),
    commandToText(container.command),
    stateToText(container),
    portsToText(container.ports),
  ];
}

/** A container as `ps --format json` has it. */
export interface PsEntry {
  readonly name: string;
  readonly id: string;
  readonly project: string | null;
  readonly service: string | null;
  /** Null for a one-off. */
  readonly number: number | null;
  readonly state: ContainerState;
  readonly health: HealthState;
  readonly exitCode: number | null;
  readonly image: string;
  readonly command: string;
  readonly ports: readonly ObservedPort[];
  /** ISO 8601. */
  readonly createdAt: string;
}

export function psEntry(container: ObservedContainer): PsEntry {
  const { name, id, labels, state, health, exitCode, image, command } = container;
  return {
    name,
    id,
    project: labels[LABEL.project] ?? null,
    service: labels[LABEL.service] ?? null,
    number: labels[LABEL.oneOff] === 'True' ? null : toNumber(labels[LABEL.number]),
    state,
    health,
    exitCode,
    image,
    command,
    ports: distinctPorts(container.ports),
    createdAt: new Date(container.createdAt * 1000).toISOString(),
  };
}

const toNumber = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null;

function commandToText(command: string): SafeText {
  const oneLine = sanitize(command.replaceAll(/\s+/g, ' ').trim());
  return widthOf(oneLine) > LONGEST_COMMAND ? safe`${cutTo(oneLine, KEPT_OF_COMMAND)} ...` : oneLine;
}

/** `Up`, `Up (healthy)`, `Exit 137`, `Paused`, … */
export function stateToText({ state, health, exitCode }: ObservedContainer): SafeText {
  switch (state) {
    case 'running':
      return safe`Up${HEALTH_WORDS[health]}`;
    case 'exited':
      return safe`Exit ${exitCode ?? 0}`;
    case 'created':
      return safe`Created`;
    case 'paused':
      return safe`Paused`;
    case 'restarting':
      return safe`Restarting`;
    case 'removing':
      return safe`Removing`;
    case 'dead':
      return safe`Dead`;
    default:
      return state satisfies never;
  }
}

const HEALTH_WORDS: Readonly<Record<HealthState, string>> = {
  none: '',
  starting: ' (health: starting)',
  healthy: ' (healthy)',
  unhealthy: ' (unhealthy)',
};

/** `0.0.0.0:5000->5000/tcp, 6379/tcp`, in the order of the container's ports. */
export const portsToText = (ports: readonly ObservedPort[]): SafeText =>
  sanitize(distinctPorts(ports).map(portToText).join(', '));

function portToText({ hostIp, hostPort, containerPort, protocol }: ObservedPort): string {
  const inside = `${containerPort}/${protocol}`;
  if (hostPort === null) return inside;
  const address = hostIp ?? EVERY_IPV4;
  return `${address.includes(':') ? `[${address}]` : address}:${hostPort}->${inside}`;
}

const EVERY_IPV4 = '0.0.0.0';
const EVERY_IPV6 = '::';

/**
 * Sorted, and without repetition: an engine with IPv6 lists a port published on every address twice, once for 0.0.0.0
 * and once for ::.
 */
function distinctPorts(ports: readonly ObservedPort[]): readonly ObservedPort[] {
  const known = new Set(ports.map(bindingKey));
  const published = new Set(ports.filter(({ hostPort }) => hostPort !== null).map(insideKey));
  const seen = new Set<string>();
  return ports
    .filter((port) => {
      const key = bindingKey(port);
      const isTwin = port.hostIp === EVERY_IPV6 && known.has(bindingKey({ ...port, hostIp: EVERY_IPV4 }));
      const isLesser = port.hostPort === null && published.has(insideKey(port));
      if (isTwin || isLesser || seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .sort(inOrder);
}

const insideKey = ({ containerPort, protocol }: ObservedPort): string => `${containerPort}/${protocol}`;
const bindingKey = (port: ObservedPort): string => `${port.hostIp ?? ''} ${port.hostPort ?? ''} ${insideKey(port)}`;

const inOrder = (a: ObservedPort, b: ObservedPort): number =>
  a.containerPort - b.containerPort ||
  compareText(a.protocol, b.protocol) ||
  compareText(a.hostIp ?? '', b.hostIp ?? '') ||
  (a.hostPort ?? 0) - (b.hostPort ?? 0);
