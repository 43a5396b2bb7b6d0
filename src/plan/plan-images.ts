import { groupBy } from '../lib/group-by.js';
import type { BuildSpec } from '../model/container-spec.js';
import { TsfigError } from '../model/errors.js';
import { LABEL } from '../model/names.js';
import type { ObservedImage } from '../model/observed.js';
import type { Reason, Step } from '../model/plan.js';
import type { Build, ImageSource, Project, Service } from '../model/project.js';
import * as steps from './steps.js';

/** When images are built and fetched. */
export interface ImageWish {
  readonly build: 'missing' | 'always' | 'never';
  readonly noCache?: boolean;
  /** Fetch the images that a build starts from, too. */
  readonly pullBase?: boolean;
}

/**
 * The steps after which every image that `services` need is there; equal builds are one step. Throws `image-not-found` when
 * a build is needed but not wanted.
 */
export function planImages(
  project: Project,
  services: readonly Service[],
  images: ReadonlyMap<string, ObservedImage>,
  wish: ImageWish,
): Step[] {
  const builders = new Map(buildersOf(project).map((each) => [each.source.ref, each]));
  const wanted = services.map((service) => builders.get(service.source.ref) ?? service);
  const groups = groupBy(
    wanted.filter((service) => isNeeded(service, images, wish)),
    ({ source }) => (source.build ? buildKey(source.build) : source.ref),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first && !first.source.build) return steps.pullImage(first.source.ref, first.name, { code: 'missing' });
    const isMissing = group.some(({ source }) => !images.has(source.ref));
    return buildSteps(project, group, wish, { code: isMissing ? 'missing' : 'asked-for' });
  });
}

function isNeeded({ name, source }: Service, images: ReadonlyMap<string, ObservedImage>, wish: ImageWish): boolean {
  const isThere = images.has(source.ref);
  if (!source.build || (isThere && wish.build !== 'always')) return !isThere;
  if (wish.build !== 'never') return true;
  const message = `service ${name} needs the image ${source.ref}, which is not built`;
  throw new TsfigError('image-not-found', message, { hint: 'leave --no-build out, or run tsfig build first' });
}

type Builder = Service & { readonly source: ImageSource & { readonly build: Build } };

const isBuilder = (service: Service): service is Builder => service.source.build !== null;

const buildersOf = ({ services }: Project): Builder[] => [...services.values()].filter(isBuilder);

/** Builds with the same key make the same image. */
const buildKey = ({ context, remote, dockerfile, args, target }: Build): string =>
  JSON.stringify([context, remote, dockerfile, target, Object.entries(args).toSorted()]);

/**
 * Builds the images of those services that have a `build:`, equal ones once. That is quicker, and it keeps them one image:
 * builds side by side would each make layers of their own, of which the cache gives back only one the next time.
 */
export function buildSteps(project: Project, services: readonly Service[], wish: ImageWish, why: Reason): Step[] {
  const sharing = groupBy(buildersOf(project), ({ source }) => buildKey(source.build));
  const groups = groupBy(services.filter(isBuilder), ({ source }) => buildKey(source.build));
  return [...groups].flatMap(([key, group]) => {
    const [first] = group;
    if (!first) return [];
    const { context, remote, dockerfile, args, target } = first.source.build;
    // The image of several is labeled the same whichever of them were named, because a label makes another image.
    const isShared = (sharing.get(key)?.length ?? 1) > 1;
    const build: BuildSpec = {
      ...{ context, remote, dockerfile, args, target },
      services: [...new Set(group.map(({ name }) => name))],
      refs: [...new Set(group.map(({ source }) => source.ref))],
      noCache: wish.noCache ?? false,
      pull: wish.pullBase ?? false,
      labels: { [LABEL.project]: project.name, ...(!isShared && { [LABEL.service]: first.name }) },
    };
    return steps.buildImage(build, why);
  });
}
