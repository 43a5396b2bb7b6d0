import type { ObservedImage } from './observed.js';

/** What an image says, as a label of the containers made from it: an image never changes, so it need not be asked again. */
export const imageToLabel = (image: ObservedImage): string => JSON.stringify(image);

/** Null for what no `imageToLabel` has written. */
export function readImageLabel(label: string | undefined): ObservedImage | null {
  try {
    const image = JSON.parse(label ?? 'null') as Partial<ObservedImage> | null;
    const isWhole = image && [image.environment, image.exposed, image.volumes].every(Array.isArray);
    return isWhole && typeof image.id === 'string' ? (image as ObservedImage) : null;
  } catch {
    return null;
  }
}
