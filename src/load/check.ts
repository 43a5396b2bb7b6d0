import { containerName, imageName } from '../model/names.js';
import { checkLinks } from './check-links.js';
import { checkHostPorts } from './check-ports.js';
import type { DraftService } from './fig.js';
import { isImageReference } from './fields/image.js';
import { placeOf } from './needs.js';
import type { Problems } from './problems.js';
import { quoted } from './words.js';

/** Tells what needs two keys or two services to be seen. */
export function check(services: readonly DraftService[], project: string, problems: Problems): void {
  for (const service of services) {
    if (problems.isFull) return;
    checkSource(service, project, problems);
    checkMemory(service, problems);
    checkTargets(service, problems);
    checkNet(service, problems);
  }
  checkLinks(services, problems);
  checkHostPorts(services, problems);
  checkContainerNames(services, project, problems);
  checkImageNames(services, project, problems);
  checkVolumeDrivers(services, problems);
}

/** A volume is made once, by one driver. */
function checkVolumeDrivers(services: readonly DraftService[], problems: Problems): void {
  const makers = new Map<string, { readonly driver: string; readonly service: string }>();
  for (const service of services) {
    const driver = service.draft.volumeDriver ?? 'local';
    for (const { value, at } of service.draft.mounts ?? []) {
      if (value.kind !== 'volume') continue;
      const maker = makers.get(value.volume) ?? { driver, service: service.name };
      makers.set(value.volume, maker);
      if (maker.driver === driver) continue;
      const message = `the volume ${quoted(value.volume)} has two drivers: ${quoted(maker.driver)} in ${quoted(maker.service)}, ${quoted(driver)} here`;
      problems.error('bad-volume', message, at, 'write the same "volume_driver" in both services');
    }
  }
}

function checkSource(service: DraftService, project: string, problems: Problems): void {
  const { name, at, entries, draft } = service;
  const dockerfile = entries.get('dockerfile');
  const hasBuild = entries.has('build');
  const image = entries.get('image');
  if (image && hasBuild) {
    const message = `the service ${quoted(name)} has both "image" and "build"`;
    problems.error('bad-service', message, image.at, 'keep one of the two');
  } else if (!image && !hasBuild) {
    const hint = name.startsWith('x-')
      ? 'every top-level key is a service: put the anchor into the first service that uses it'
      : 'write "image: NAME", or "build: DIRECTORY"';
    problems.error('bad-service', `the service ${quoted(name)} has neither "image" nor "build"`, at, hint);
  }
  if (dockerfile && !hasBuild) {
    problems.error('bad-build', '"dockerfile" needs "build"', dockerfile.at, 'remove it, or write "build: ."');
  } else if (dockerfile && draft.build?.dockerfile) {
    problems.error('bad-build', 'the Dockerfile is named twice', dockerfile.at, 'keep the one in "build"');
  }
  if (draft.build && !isImageReference(imageName(project, name))) {
    const message = `no image can be named ${quoted(imageName(project, name))}`;
    problems.error('bad-service-name', message, at, 'begin and end the name with a letter or digit');
  }
}

function checkMemory(service: DraftService, problems: Problems): void {
  const { memswapLimit, memLimit } = service.draft;
  if (typeof memswapLimit !== 'number') return;
  const at = placeOf(service, 'memswap_limit');
  if (!service.entries.has('mem_limit')) problems.error('bad-value', '"memswap_limit" needs "mem_limit"', at);
  else if (memLimit && memswapLimit > 0 && memswapLimit < memLimit) {
    const hint = 'it limits memory and swap together';
    problems.error('bad-value', '"memswap_limit" is below "mem_limit"', at, hint);
  }
}

function checkTargets({ draft: { mounts = [], tmpfs = [] } }: DraftService, problems: Problems): void {
  if (mounts.length + tmpfs.length < 2) return;
  const taken = new Set<string>();
  const targets = [
    ...mounts.map(({ value, at }) => ({ target: value.target, at })),
    ...tmpfs.map(({ value: [target], at }) => ({ target, at })),
  ];
  for (const { target, at } of targets) {
    if (taken.has(target)) problems.error('bad-volume', `two volumes are mounted at ${quoted(target)}`, at);
    taken.add(target);
  }
}

/** What the engine refuses for a container in another's network (moby, runconfig: validateNetContainerMode). */
const NOT_IN_ANOTHERS_NET = ['ports', 'expose', 'hostname', 'dns', 'extra_hosts', 'mac_address'];

function checkNet(service: DraftService, problems: Problems): void {
  const { net, ports = [] } = service.draft;
  if (!net) return;
  const at = placeOf(service, 'net');
  if (net.kind === 'container') {
    if (net.name === service.name) problems.error('bad-net', 'a service cannot join its own network', at);
    for (const key of NOT_IN_ANOTHERS_NET) {
      const entry = service.entries.get(key);
      if (!entry) continue;
      const hint = `write it in the service or container whose network this is: ${quoted(net.name)}`;
      problems.error('bad-net', `"${key}" cannot be used with "net: container:…"`, entry.at, hint);
    }
  } else if (net.kind !== 'bridge' && ports.length > 0) {
    const message = `"ports" has no effect with "net: ${net.kind}"`;
    problems.warning('useless-key', message, service.entries.get('ports')?.at ?? at);
  }
}

/** Every service's first container has a name, given or made of the names of project and service. */
function checkContainerNames(services: readonly DraftService[], project: string, problems: Problems): void {
  const owners = new Map<string, DraftService>();
  for (const service of services) {
    if (!service.draft.containerName) owners.set(containerName(project, service.name, 1), service);
  }
  for (const service of services) {
    const name = service.draft.containerName;
    if (!name) continue;
    const owner = owners.get(name);
    if (!owner) owners.set(name, service);
    else {
      const where = `on line ${placeOf(owner, 'container_name').line}`;
      const message = `${quoted(name)} is the name of the container of ${quoted(owner.name)} already, ${where}`;
      problems.error('clashing-name', message, placeOf(service, 'container_name'), 'give it another name');
    }
  }
}

/** Names of images are in lower case, so that two services can come to one name. */
function checkImageNames(services: readonly DraftService[], project: string, problems: Problems): void {
  const owners = new Map<string, string>();
  for (const { name, at, draft } of services) {
    if (!draft.build) continue;
    const ref = imageName(project, name);
    const owner = owners.get(ref);
    if (owner !== undefined) {
      const message = `${quoted(owner)} and ${quoted(name)} are built into one image, ${quoted(ref)}`;
      problems.error('clashing-name', message, at, 'names of images are in lower case: rename one of the services');
    }
    owners.set(ref, name);
  }
}
