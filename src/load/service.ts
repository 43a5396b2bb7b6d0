import { imageName } from '../model/names.js';
import type { Dependency, ImageSource, NetMode, Service } from '../model/project.js';
import { DEFAULT_DOCKERFILE, DEFAULTS } from './defaults.js';
import type { DraftService } from './fig.js';
import type { Draft, NetDraft } from './field-context.js';
import { toRecord } from './yaml-node.js';

/** What the services around one tell about it. */
interface Around {
  readonly project: string;
  readonly names: ReadonlySet<string>;
  readonly needs: readonly Dependency[];
}

/** The service that was written, with every default filled in. Undefined when it has no image to run. */
export function toService({ name, at, draft }: DraftService, around: Around): Service | undefined {
  const source = toSource(draft, imageName(around.project, name));
  if (!source) return undefined;
  const { environment, envFile, net, ports, mounts, tmpfs, volumesFrom, ...plain } = ownFields(draft);
  return {
    ...DEFAULTS,
    ...plain,
    ...splitHostname(draft),
    name,
    at,
    source,
    needs: around.needs,
    environment: toRecord([...(envFile ?? []), ...(environment ?? [])]),
    ports: ports?.map(({ value }) => value) ?? [],
    mounts: mounts?.map(({ value }) => value) ?? [],
    tmpfs: toRecord(tmpfs?.map(({ value }) => value) ?? []),
    volumesFrom:
      volumesFrom?.map(({ value: { name: from, readOnly } }) => {
        return { source: from, external: !around.names.has(from), readOnly };
      }) ?? [],
    net: toNetMode(net, around.names),
  };
}

/** The draft without what becomes the source of the image. */
function ownFields(draft: Partial<Draft>): Omit<Partial<Draft>, 'image' | 'build' | 'dockerfile'> {
  const own: Partial<Record<keyof Draft, unknown>> = { ...draft };
  delete own.image;
  delete own.build;
  delete own.dockerfile;
  return own as Omit<Partial<Draft>, 'image' | 'build' | 'dockerfile'>;
}

function toSource({ image, build, dockerfile }: Partial<Draft>, ref: string): ImageSource | undefined {
  if (build) return { ref, build: { ...build, dockerfile: build.dockerfile ?? dockerfile ?? DEFAULT_DOCKERFILE } };
  return image === undefined ? undefined : { ref: image, build: null };
}

/** `hostname: name.domain.tld` without a `domainname` is split at its first dot. */
function splitHostname({ hostname, domainname }: Partial<Draft>): Partial<Pick<Service, 'hostname' | 'domainname'>> {
  const dot = hostname?.indexOf('.') ?? -1;
  if (!hostname || domainname || dot < 1) return {};
  return { hostname: hostname.slice(0, dot), domainname: hostname.slice(dot + 1) || null };
}

/** A service wins over a container of the same name. */
function toNetMode(net: NetDraft | undefined, names: ReadonlySet<string>): NetMode {
  if (!net) return { kind: 'project' };
  if (net.kind !== 'container') return net;
  const { name } = net;
  return names.has(name) ? { kind: 'service', service: name } : { kind: 'container', container: name };
}
