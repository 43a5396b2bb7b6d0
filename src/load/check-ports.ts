import type { Span } from '../model/diagnostic.js';
import { hostPortAt } from '../model/ports.js';
import type { PublishedPort, WantedPort } from '../model/project.js';
import type { DraftService } from './fig.js';
import type { Problems } from './problems.js';
import { quoted } from './words.js';

interface Taken {
  readonly service: string;
  readonly port: PublishedPort;
  readonly at: Span;
}

/** By address of the host, null being all of them. */
type ByAddress = Map<string | null, Taken>;

/** Tells ports of the host that are wanted twice. A port on all addresses clashes with the same port on any. */
export function checkHostPorts(services: readonly DraftService[], problems: Problems): void {
  const taken = new Map<string, ByAddress>();
  for (const { name, draft } of services) {
    for (const { value, at } of draft.ports ?? []) {
      if (problems.isFull) return;
      const port = ofFirst(value);
      const key =
        port.hostPort === null ? `${name} ${port.containerPort}/${port.protocol}` : `${port.hostPort}/${port.protocol}`;
      const byAddress: ByAddress = taken.get(key) ?? new Map<string | null, Taken>();
      taken.set(key, byAddress);
      const other = findClash(byAddress, port.hostIp);
      const here = { service: name, port, at };
      if (other) tell(here, other, problems);
      else byAddress.set(port.hostIp, here);
    }
  }
}

/** The port of a service's first container, which there always is; of the others nobody knows how many there will be. */
const ofFirst = ({ hostTemplate, ...port }: WantedPort): PublishedPort =>
  hostTemplate === undefined ? port : { ...port, hostPort: hostPortAt(hostTemplate, 1) };

/** Looks through all only where the address stands for many; of these the first that is wanted is kept, or clashes. */
function findClash(taken: ByAddress, ip: string | null): Taken | undefined {
  const exact = taken.get(ip) ?? taken.get(null);
  if (exact || ip === null) return exact ?? taken.values().next().value;
  const all = ip.includes(':') ? '::' : '0.0.0.0';
  if (ip !== all) return taken.get(all);
  return [...taken].find(([other]) => other?.includes(':') === ip.includes(':'))?.[1];
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
