import type { Span } from '../../model/diagnostic.js';
import { hostPortAt, LAST_PORT } from '../../model/ports.js';
import type { ExposedPort, Protocol, WantedPort } from '../../model/project.js';
import { readItems } from '../scalars.js';
import type { Reader, FieldContext } from '../field-context.js';
import { oneOf, quoted } from '../words.js';
import type { Located, YamlScalar } from '../yaml-node.js';
import { isIp } from './addresses.js';

const HINT = 'write "8080:80", "80", "127.0.0.1:8080:80" or "8080:80/udp"';
const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'sctp'];

/** Reads `ports:`; a range becomes one port after the other. */
export const readPorts: Reader<readonly Located<WantedPort>[]> = (value, reading) =>
  readItems(value, reading)?.flatMap((item) => readPort(item, reading).map((port) => ({ value: port, at: item.at })));

function readPort(item: YamlScalar, reading: FieldContext): readonly WantedPort[] {
  const cut = cutProtocol(item, reading);
  const parts = cut && splitAddresses(cut.text);
  if (!parts) return cut ? tell(item.at, reading, `${quoted(item.text)} is not a port`) : [];
  const { hostIp, host, container } = parts;
  if (hostIp !== null && !isIp(hostIp)) return tell(item.at, reading, `${quoted(hostIp)} is not an IP address`);
  const inside = readRange(container, item, reading);
  if (host?.includes('%')) return inside ? readTemplate({ hostIp, host, inside, item }, cut.protocol, reading) : [];
  const outside = host === null ? null : readRange(host, item, reading);
  if (!inside || outside === undefined) return [];
  const { first, count } = inside;
  const { protocol } = cut;
  if (outside && outside.count > 1 && count === 1) {
    return [{ hostIp, hostPort: null, hostRange: host ?? '', containerPort: first, protocol }];
  }
  if (outside && outside.count !== count) {
    return tell(item.at, reading, `the ranges of ${quoted(item.text)} differ in length`);
  }
  if (!spend(count, item, reading)) return [];
  const hostPort = (index: number): number | null => (outside ? outside.first + index : null);
  return Array.from({ length: count }, (_, index) => ({
    hostIp,
    hostPort: hostPort(index),
    containerPort: first + index,
    protocol,
  }));
}

/** `80%i`: a port of the host for each container of the service. */
function readTemplate(
  { hostIp, host, inside, item }: Template,
  protocol: Protocol,
  reading: FieldContext,
): readonly WantedPort[] {
  const { at } = item;
  if (!/^\d*%i\d*$/.test(host)) return tell(at, reading, `${quoted(host)} is not a port with %i in it`);
  if (inside.count > 1) return tell(at, reading, `${quoted(item.text)} is a range: %i stands for one port`);
  const first = hostPortAt(host, 1);
  if (first < 1 || first > LAST_PORT) return tell(at, reading, `port ${first} is not between 1 and ${LAST_PORT}`);
  return [{ hostIp, hostPort: null, hostTemplate: host, containerPort: inside.first, protocol }];
}

interface Template {
  readonly hostIp: string | null;
  readonly host: string;
  readonly inside: { readonly first: number; readonly count: number };
  readonly item: YamlScalar;
}

interface Parts {
  readonly hostIp: string | null;
  readonly host: string | null;
  readonly container: string;
}

/** `CONTAINER`, `HOST:CONTAINER`, `:CONTAINER`, `IP:HOST:CONTAINER`, `IP::CONTAINER`; an IPv6 address stands in brackets. */
function splitAddresses(text: string): Parts | undefined {
  const bracket = /^\[([^\]]*)\]:(.*)$/.exec(text);
  const parts = (bracket?.[2] ?? text).split(':');
  const [first = '', second = '', third = ''] = parts;
  if (bracket)
    return parts.length === 2 ? { hostIp: bracket[1] ?? '', host: hostOf(first), container: second } : undefined;
  if (parts.length === 1) return { hostIp: null, host: null, container: first };
  if (parts.length === 2) return { hostIp: null, host: hostOf(first), container: second };
  if (parts.length === 3) return { hostIp: first, host: hostOf(second), container: third };
  return undefined;
}

/** `:80` and `0:80` leave the choice to the engine, as `80` does. */
const hostOf = (text: string): string | null => (/^0*$/.test(text) ? null : text);

/** Reads `expose:`. Of an entry with a colon the last part counts, as it did in fig. */
export const readExpose: Reader<readonly ExposedPort[]> = (value, reading) => {
  const ports = new Map<string, ExposedPort>();
  for (const item of readItems(value, reading) ?? []) {
    const cut = cutProtocol(item, reading);
    const range = cut && readRange(cut.text.split(':').at(-1) ?? '', item, reading);
    if (!cut || !range || !spend(range.count, item, reading)) continue;
    for (let port = range.first; port < range.first + range.count; port += 1) {
      ports.set(`${port}/${cut.protocol}`, { port, protocol: cut.protocol });
    }
  }
  return [...ports.values()];
};

function cutProtocol(item: YamlScalar, reading: FieldContext): { text: string; protocol: Protocol } | undefined {
  const cut = item.text.indexOf('/');
  if (cut === -1) return { text: item.text, protocol: 'tcp' };
  const written = item.text.slice(cut + 1);
  const protocol = PROTOCOLS.find((known) => known === written.toLowerCase());
  if (protocol) return { text: item.text.slice(0, cut), protocol };
  return reading.problems.error(
    'bad-port',
    `${quoted(written)} is not a protocol`,
    item.at,
    `write ${oneOf(PROTOCOLS)}`,
  );
}

function readRange(
  text: string,
  item: YamlScalar,
  reading: FieldContext,
): { first: number; count: number } | undefined {
  const part = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!part) return void tell(item.at, reading, `${quoted(item.text)} is not a port`);
  const first = Number(part[1]);
  const last = Number(part[2] ?? part[1]);
  const wrong = [first, last].find((port) => port < 1 || port > LAST_PORT);
  if (wrong !== undefined) return void tell(item.at, reading, `port ${wrong} is not between 1 and ${LAST_PORT}`);
  if (last < first) return void tell(item.at, reading, `the range ${quoted(text)} runs backwards`);
  return { first, count: last - first + 1 };
}

function spend(count: number, item: YamlScalar, { problems, setting }: FieldContext): boolean {
  setting.budget.ports -= count;
  if (setting.budget.ports < 0) problems.error('too-many-values', 'the port ranges of this file are too many', item.at);
  return setting.budget.ports >= 0;
}

function tell(at: Span, { problems, key }: FieldContext, message: string): readonly never[] {
  problems.error('bad-port', message, at, key === 'ports' ? HINT : 'write "80" or "80/udp"');
  return [];
}
