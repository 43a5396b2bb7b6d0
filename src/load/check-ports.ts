import type { Span } from '../model/diagnostic.js';
import type { PublishedPort } from '../model/project.js';
import type { WrittenService } from './fig.js';
import type { Problems } from './problems.js';
import { quoted } from './words.js';

interface Taken {
  readonly service: string;
  readonly port: PublishedPort;
  readonly at: Span;
}

/** Tells ports of the host that are wanted twice. A port on all addresses clashes with the same port on any. */
export function checkHostPorts(services: readonly WrittenService[], problems: Problems): void {
  const taken = new Map<string, Taken[]>();
  for (const { name, draft } of services) {
    for (const { value: port, at } of draft.ports ?? []) {
      if (problems.isFull) return;
      const key =
        port.hostPort === null ? `${name} ${port.containerPort}/${port.protocol}` : `${port.hostPort}/${port.protocol}`;
      const others = taken.get(key) ?? [];
      const other = others.find((one) => clash(one.port.hostIp, port.hostIp));
      const here = { service: name, port, at };
      if (other) tell(here, other, problems);
      else taken.set(key, [...others, here]);
    }
  }
}

function clash(one: string | null, other: string | null): boolean {
  return one === other || isAll(one, other) || isAll(other, one);
}

/** Does `one` stand for all addresses of the kind of `other`? */
function isAll(one: string | null, other: string | null): boolean {
  if (one === null) return true;
  const isSameKind = other?.includes(':') === one.includes(':');
  return isSameKind && (one === '0.0.0.0' || one === '::');
}

function tell({ service, port, at }: Taken, other: Taken, problems: Problems): void {
  const number = port.hostPort ?? port.containerPort;
  const text = port.protocol === 'tcp' ? `port ${number}` : `port ${number}/${port.protocol}`;
  const by = other.service === service ? 'twice' : `by ${quoted(other.service)} already, on line ${other.at.line}`;
  const message = port.hostPort === null ? `${text} is published twice` : `${text} of the host is published ${by}`;
  problems.error(
    'clashing-port',
    message,
    at,
    other.service === service ? null : 'give one of them another port of the host',
  );
}
