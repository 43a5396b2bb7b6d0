import type { BuildSpec } from '../model/container-spec.js';
import { TsfigError } from '../model/errors.js';
import { LABEL } from '../model/names.js';
import type { ObservedImage } from '../model/observed.js';
import type { Reason, Step } from '../model/plan.js';
import type { Project, Service } from '../model/project.js';
import * as steps from './steps.js';

/** When images are built and fetched. */
export interface ImageWish {
  readonly build: 'missing' | 'always' | 'never';
  readonly noCache?: boolean;
  /** Fetch the images that a build starts from, too. */
  readonly pullBase?: boolean;
}

/** The steps after which every image that `services` need is there. Throws `image-not-found` when a build is needed but not wanted. */
export function planImages(
  project: Project,
  services: readonly Service[],
  images: ReadonlyMap<string, ObservedImage>,
  wish: ImageWish,
): Step[] {
  const planned = new Map<string, Step>();
  const built = new Map(
    [...project.services.values()].flatMap((each) =>
      each.source.kind === 'build' ? [[each.source.ref, each] as const] : [],
    ),
  );
  for (const service of services) {
    const builder = built.get(service.source.ref);
    const step = builder ? stepToBuild(project, builder, images, wish) : stepToPull(service, images);
    if (step && !planned.has(service.source.ref)) planned.set(service.source.ref, step);
  }
  return [...planned.values()];
}

function stepToPull({ name, source }: Service, images: ReadonlyMap<string, ObservedImage>): Step | null {
  return images.has(source.ref) ? null : steps.pullImage(source.ref, name, { code: 'missing' });
}

function stepToBuild(
  project: Project,
  service: Service,
  images: ReadonlyMap<string, ObservedImage>,
  wish: ImageWish,
): Step | null {
  const there = images.has(service.source.ref);
  if (there && wish.build !== 'always') return null;
  if (wish.build === 'never') {
    throw new TsfigError(
      'image-not-found',
      `service ${service.name} needs the image ${service.source.ref}, which is not built`,
      {
        hint: 'leave --no-build out, or run tsfig build first',
      },
    );
  }
  return buildStep(project, service, wish, there ? { code: 'asked-for' } : { code: 'missing' });
}

/** Builds a service's image. The service must have a `build:`. */
export function buildStep(project: Project, service: Service, wish: ImageWish, why: Reason): Step | null {
  const { source } = service;
  if (source.kind !== 'build') return null;
  const { context, remote, dockerfile, args, target, ref } = source;
  const build: BuildSpec = {
    ...{ service: service.name, context, remote, dockerfile, args, target, ref },
    noCache: wish.noCache ?? false,
    pull: wish.pullBase ?? false,
    labels: { [LABEL.project]: project.name, [LABEL.service]: service.name },
  };
  return steps.buildImage(build, why);
}
