import type { ExposedPort, LinkEnv } from '../model/project.js';

/** What a consumer is told of one container it links to. */
export interface LinkTarget {
  readonly address: string;
  readonly exposed: readonly ExposedPort[];
  /** `KEY=value`, the image's included. */
  readonly environment: readonly string[];
}

/**
 * The variables of one link, in the words of the engine's own legacy links (moby, daemon/links/links.go; compared with
 * Engine 20.10.24 in test/engine/legacy-links.test.ts): `DB_PORT`, `DB_PORT_5432_TCP…`, `DB_NAME`, `DB_ENV_…`.
 * `consumer` is the full container name.
 */
export function linkVariables(consumer: string, alias: string, target: LinkTarget, how: LinkEnv): Map<string, string> {
  const variables = new Map<string, string>();
  if (how === 'none') return variables;
  const prefix = alias.replaceAll('-', '_').toUpperCase();
  const ports = target.exposed.toSorted(byNumberThenTcp);
  const [first] = ports;
  if (first) variables.set(`${prefix}_PORT`, url(target.address, first));
  addRuns(variables, prefix, ports, target.address);
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
const byNumberThenTcp = (a: ExposedPort, b: ExposedPort): number =>
  a.port - b.port || Number(b.protocol === 'tcp') - Number(a.protocol === 'tcp');

/**
 * Runs of neighbouring ports add `_START` and `_END`. As in moby, a run counts from three ports up, and the same number
 * in two protocols stands for two steps of it.
 */
function addRuns(variables: Map<string, string>, prefix: string, ports: readonly ExposedPort[], address: string): void {
  for (let from = 0; from < ports.length;) {
    const to = endOfRun(ports, from);
    const first = ports[from];
    const last = ports[to];
    if (to <= from + 1 || !first || !last) {
      from += 1;
      continue;
    }
    const name = portPrefix(prefix, first);
    variables.set(`${name}_START`, url(address, first));
    variables.set(`${name}_ADDR`, address);
    variables.set(`${name}_PROTO`, first.protocol);
    variables.set(`${name}_PORT_START`, String(first.port));
    const end = `${prefix}_PORT_${first.port}_${last.protocol.toUpperCase()}`;
    variables.set(`${end}_END`, url(address, last));
    variables.set(`${end}_PORT_END`, String(last.port));
    from = to + 1;
  }
}

function endOfRun(ports: readonly ExposedPort[], from: number): number {
  let value = ports[from]?.port ?? 0;
  for (let at = from + 1; at < ports.length; at += 1) {
    if ((ports[at]?.port ?? 0) > value + 1) return at - 1;
    value += 1;
  }
  return ports.length - 1;
}

const NOT_PASSED_ON = new Set(['HOME', 'PATH']);

function addEnvironment(variables: Map<string, string>, prefix: string, environment: readonly string[]): void {
  for (const entry of environment) {
    const cut = entry.indexOf('=');
    const key = cut === -1 ? entry : entry.slice(0, cut);
    if (cut !== -1 && !NOT_PASSED_ON.has(key)) variables.set(`${prefix}_ENV_${key}`, entry.slice(cut + 1));
  }
}
