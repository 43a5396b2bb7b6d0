import type { ContainerSpec, SpecMount, SpecNetwork } from '../model/container-spec.js';
import { TsfigError } from '../model/errors.js';
import { imageToLabel } from '../model/image-facts.js';
import { LABEL } from '../model/names.js';
import type { ObservedContainer, ObservedImage } from '../model/observed.js';
import { hostPortAt, portBeyond } from '../model/ports.js';
import { volumeOf, type ContainerSettings, type Mount, type PublishedPort, type Service } from '../model/project.js';
import { fingerprint, fingerprintLabels, type Fingerprint } from './fingerprint.js';
import { resolveLinks, type Consumer, type LinkResult } from './links.js';
import { identityLabels, imageOf, type PlanInput } from './plan-input.js';
import type { Replica } from './replicas.js';

/** What a service's own container, a one-off of it, and a job of it have in common, and where they differ. */
export interface SpecOptions {
  readonly consumer: Consumer;
  /** Null for a one-off. */
  readonly number: number | null;
  /** The container whose anonymous volumes are taken over. */
  readonly old: ObservedContainer | null;
}

/** The container that a place of a service wants, with the fingerprint that tells whether it has it. */
export function specForReplica(
  input: PlanInput,
  replica: Replica,
): { readonly spec: ContainerSpec; readonly print: Fingerprint } {
  const old = replica.current ?? replica.renamedAside;
  const consumer = { name: replica.name, service: replica.service, siblings: false };
  const spec = specFor(input, { consumer, number: replica.number, old });
  return { spec, print: fingerprint(spec, imageOf(input, replica.service)?.id ?? null) };
}

/** The spec to create the container by: it remembers its fingerprint. */
export const rememberingSpec = (spec: ContainerSpec, print: Fingerprint): ContainerSpec => ({
  ...spec,
  labels: { ...spec.labels, ...fingerprintLabels(print), [LABEL.tty]: String(spec.tty) },
});

export function specFor(input: PlanInput, { consumer, number, old }: SpecOptions): ContainerSpec {
  const { service, name } = consumer;
  const image = imageOf(input, service);
  const links = resolveLinks(input, consumer);
  return {
    ...passedOn(service),
    ports: portsFor(service, number ?? 1),
    name,
    image: service.source.ref,
    environment: environmentFor(service, image, links),
    labels: {
      ...service.labels,
      ...identityLabels(input, service.name, number),
      ...(image && { [LABEL.image]: imageToLabel(image) }),
    },
    mounts: mountsFor(input, service, old),
    volumesFrom: volumesFromFor(input, service),
    network: networkFor(input, consumer, links),
    extraHosts: [...service.extraHosts, ...links.hosts],
    stdinOnce: false,
    attached: false,
  };
}

/**
 * The ports of a container of this number; one-offs have those of the first. Throws `bad-usage` where there is no such
 * port: whoever asks for containers by number has been told before, so this one has been there since the file was another.
 */
function portsFor({ name, ports }: Service, number: number): PublishedPort[] {
  const beyond = portBeyond(ports, number);
  if (beyond !== undefined) {
    const hint = `--scale ${name}=NUMBER makes it fewer`;
    throw new TsfigError('bad-usage', `container ${number} of ${name} cannot have port ${beyond} of the host`, {
      hint,
    });
  }
  return ports.map(({ hostTemplate, ...port }) =>
    hostTemplate === undefined ? port : { ...port, hostPort: hostPortAt(hostTemplate, number) },
  );
}

/** The fields that reach the engine as the file has them. */
function passedOn(service: Service): Omit<ContainerSettings, 'ports'> {
  const { command, entrypoint, expose, volumeDriver, tmpfs, dns, dnsSearch, hostname, domainname } = service;
  const { macAddress, workingDir, user, tty, stdinOpen, privileged, readOnly, init, capAdd, capDrop } = service;
  const { securityOpt, devices, ulimits, memLimit, memswapLimit, cpuShares, cpuset, cgroupParent, pid, ipc } = service;
  const { logDriver, logOpt, restart, healthcheck, stopSignal, stopGrace } = service;
  return {
    ...{ command, entrypoint, expose, volumeDriver, tmpfs, dns, dnsSearch, hostname, domainname },
    ...{ macAddress, workingDir, user, tty, stdinOpen, privileged, readOnly, init, capAdd, capDrop },
    ...{ securityOpt, devices, ulimits, memLimit, memswapLimit, cpuShares, cpuset, cgroupParent, pid, ipc },
    ...{ logDriver, logOpt, restart, healthcheck, stopSignal, stopGrace },
  };
}

/** The engine's order of precedence for links: the service's own and the image's variables win over those of links. */
function environmentFor(service: Service, image: ObservedImage | null, links: LinkResult): string[] {
  const inherited = new Set((image?.environment ?? []).map((entry) => entry.split('=', 1)[0]));
  const fromLinks = [...links.variables].filter(
    ([key]) => !Object.hasOwn(service.environment, key) && !inherited.has(key),
  );
  return [...Object.entries(service.environment), ...fromLinks].map(([key, value]) => `${key}=${value}`);
}

/** How the engine names a volume that nobody named. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/** The file's mounts, then the image's own volumes as far as nothing is mounted there; old data goes along. */
function mountsFor(input: PlanInput, service: Service, old: ObservedContainer | null): SpecMount[] {
  const targets = new Set([...service.mounts.map(({ target }) => target), ...Object.keys(service.tmpfs)]);
  const fromImage = (imageOf(input, service)?.volumes ?? []).filter((target) => !targets.has(target));
  const carried = (target: string): string | null => {
    const mount = old?.mounts.find((candidate) => candidate.kind === 'volume' && candidate.target === target);
    return mount?.volume && ANONYMOUS.test(mount.volume) ? mount.volume : null;
  };
  return [
    ...service.mounts.map((mount) => toSpecMount(input, mount, carried)),
    ...fromImage.map((target) => ({ kind: 'anonymous', target, carried: carried(target) }) as const),
  ];
}

function toSpecMount(input: PlanInput, mount: Mount, carried: (target: string) => string | null): SpecMount {
  switch (mount.kind) {
    case 'bind':
      return mount;
    case 'volume':
      return { ...mount, volume: volumeOf(input.project, mount.volume).name };
    case 'anonymous':
      return { ...mount, carried: carried(mount.target) };
  }
}

function volumesFromFor(input: PlanInput, service: Service): string[] {
  return service.volumesFrom.flatMap(({ source, external, readOnly }) => {
    const containers = external ? [source] : (input.replicas.wanted.get(source) ?? []).map(({ name }) => name);
    return containers.map((container) => (readOnly ? `${container}:ro` : container));
  });
}

function networkFor(input: PlanInput, { service, name }: Consumer, links: LinkResult): SpecNetwork {
  const { net } = service;
  switch (net.kind) {
    case 'project':
      return {
        kind: 'network',
        name: input.network.name,
        address: input.addresses.get(name) ?? null,
        aliases: [],
        links: links.endpointLinks,
      };
    case 'service':
      return { kind: 'container', container: input.replicas.wanted.get(net.service)?.[0]?.name ?? net.service };
    case 'container':
      return { kind: 'container', container: net.container };
    case 'bridge':
    case 'host':
    case 'none':
      return net;
  }
}
