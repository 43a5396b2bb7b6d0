import { compareText } from '../lib/compare-text.js';
import type { LinkStyle } from '../model/observed.js';
import type { ExposedPort, LinkEnv } from '../model/project.js';

/** What a consumer is told of one container it links to. */
export interface LinkTarget {
  readonly address: string;
  readonly exposed: readonly ExposedPort[];
  /** `KEY=value`, the image's included. */
  readonly environment: readonly string[];
}

/** Who is told, under which name, how much, and in which of the engine's two ways. */
export interface LinkTold {
  /** The full container name. */
  readonly consumer: string;
  readonly alias: string;
  readonly how: LinkEnv;
  readonly style: LinkStyle;
}

/**
 * The variables of one link, in the words of the engine's own legacy links (moby, daemon/links/links.go; compared with
 * Engine 20.10.24 and 28.5.2 in test/engine/legacy-links.test.ts): `DB_PORT`, `DB_PORT_5432_TCP…`, `DB_NAME`, `DB_ENV_…`.
 */
export function linkVariables({ consumer, alias, how, style }: LinkTold, target: LinkTarget): Map<string, string> {
  const variables = new Map<string, string>();
  if (how === 'none') return variables;
  const prefix = alias.replaceAll('-', '_').toUpperCase();
  const { compare, findRuns } = STYLES[style];
  const ports = target.exposed.toSorted(compare);
  const [first] = ports;
  if (first) variables.set(`${prefix}_PORT`, url(target.address, first));
  for (const run of findRuns(ports)) addRun(variables, prefix, run, target.address);
  for (const port of ports) {
    const name = portPrefix(prefix, port);
    variables.set(name, url(target.address, port));
    variables.set(`${name}_ADDR`, target.address);
    variables.set(`${name}_PORT`, String(port.port));
    variables.set(`${name}_PROTO`, port.protocol);
  }
  variables.set(`${prefix}_NAME`, `/${consumer}/${alias}`);
  if (how === 'all') addEnvironment(variables, prefix, target.environment);
  return variables;
}

const url = (address: string, { port, protocol }: ExposedPort): string => `${protocol}://${address}:${port}`;
const portPrefix = (prefix: string, { port, protocol }: ExposedPort): string =>
  `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
const tcpFirst = (a: ExposedPort, b: ExposedPort): number =>
  Number(b.protocol === 'tcp') - Number(a.protocol === 'tcp');

interface Run {
  readonly first: ExposedPort;
  readonly last: ExposedPort;
}

interface Style {
  readonly compare: (a: ExposedPort, b: ExposedPort) => number;
  /** Neighbouring ports that are told as a range, from ports in the order of `compare`. */
  readonly findRuns: (ports: readonly ExposedPort[]) => Run[];
}

const STYLES: Readonly<Record<LinkStyle, Style>> = {
  'number-first': {
    compare: (a, b) => a.port - b.port || tcpFirst(a, b),
    // A run counts from three ports up, and the same number in two protocols stands for two steps of it.
    findRuns: (ports) => collectRuns(ports, 3, (first, steps, next) => next.port <= first.port + steps),
  },
  'protocol-first': {
    compare: (a, b) => tcpFirst(a, b) || compareText(a.protocol, b.protocol) || a.port - b.port,
    findRuns: (ports) =>
      collectRuns(
        ports,
        2,
        (first, steps, next) => next.protocol === first.protocol && next.port === first.port + steps,
      ),
  },
};

type GoesOn = (first: ExposedPort, steps: number, next: ExposedPort) => boolean;

function collectRuns(ports: readonly ExposedPort[], shortest: number, goesOn: GoesOn): Run[] {
  const runs: Run[] = [];
  for (let from = 0; from < ports.length;) {
    const first = ports[from] as ExposedPort; // `from` is inside
    let length = 1;
    for (let next = ports[from + 1]; next && goesOn(first, length, next); next = ports[from + length]) length += 1;
    const last = ports[from + length - 1] ?? first;
    if (length >= shortest) runs.push({ first, last });
    from += length >= shortest ? length : 1;
  }
  return runs;
}

function addRun(variables: Map<string, string>, prefix: string, { first, last }: Run, address: string): void {
  const start = portPrefix(prefix, first);
  variables.set(`${start}_START`, url(address, first));
  variables.set(`${start}_PORT_START`, String(first.port));
  const end = `${prefix}_PORT_${first.port}_${last.protocol.toUpperCase()}`;
  variables.set(`${end}_END`, url(address, last));
  variables.set(`${end}_PORT_END`, String(last.port));
}

const NOT_PASSED_ON = new Set(['HOME', 'PATH']);

function addEnvironment(variables: Map<string, string>, prefix: string, environment: readonly string[]): void {
  for (const entry of environment) {
    const cut = entry.indexOf('=');
    const key = cut === -1 ? entry : entry.slice(0, cut);
    if (cut !== -1 && !NOT_PASSED_ON.has(key)) variables.set(`${prefix}_ENV_${key}`, entry.slice(cut + 1));
  }
}
