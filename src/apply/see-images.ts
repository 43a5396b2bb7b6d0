import type { Engine } from '../engine/engine.js';
import { hasCode } from '../model/errors.js';
import { readImageLabel } from '../model/image-facts.js';
import { LABEL } from '../model/names.js';
import type { ObservedContainer, ObservedImage } from '../model/observed.js';
import type { Service } from '../model/project.js';

/**
 * The images of these services that are there, by reference. Each is inspected, unless there are several and the project
 * has containers: those remember what their image says, and one list tells which images those still are.
 */
export async function seeImages(
  engine: Engine,
  services: readonly Service[],
  containers: Promise<readonly ObservedContainer[]>,
  signal: AbortSignal,
): Promise<Map<string, ObservedImage>> {
  const refs = refsOf(services);
  if (refs.length < 2) return inspectAll(engine, refs, signal);
  const remembered = rememberedBy(await containers);
  if (remembered.size === 0) return inspectAll(engine, refs, signal);
  const ids = await engine.findImages(refs, { signal });
  const known = refs.flatMap((ref) => {
    const image = remembered.get(ids.get(ref) ?? '');
    return image ? [[ref, image] as const] : [];
  });
  const told = new Map(known);
  const others = refs.filter((ref) => !told.has(ref));
  return new Map([...told, ...(await inspectAll(engine, others, signal))]);
}

/** The images of these services that are there, whatever is remembered of them. */
export const inspectImages = (
  engine: Engine,
  services: readonly Service[],
  signal: AbortSignal,
): Promise<Map<string, ObservedImage>> => inspectAll(engine, refsOf(services), signal);

const refsOf = (services: readonly Service[]): string[] => [...new Set(services.map(({ source }) => source.ref))];

/** By their id. */
function rememberedBy(containers: readonly ObservedContainer[]): Map<string, ObservedImage> {
  const images = containers.flatMap(({ labels }) => readImageLabel(labels[LABEL.image]) ?? []);
  return new Map(images.map((image) => [image.id, image]));
}

async function inspectAll(
  engine: Engine,
  refs: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, ObservedImage>> {
  const found = await Promise.all(
    refs.map(async (ref) => {
      try {
        return [[ref, await engine.inspectImage(ref, { signal })] as const];
      } catch (error) {
        if (hasCode(error, 'image-not-found')) return [];
        throw error;
      }
    }),
  );
  return new Map(found.flat());
}
