import { readScalar } from '../scalars.js';
import type { Reader } from '../field-context.js';
import { quoted } from '../words.js';

const DOMAIN =
  '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\\d+)?|\\[[a-fA-F0-9:]+\\](?::\\d+)?)';
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
/** The grammar of github.com/distribution/reference: `[DOMAIN[:PORT]/]PATH[:TAG][@DIGEST]`. */
const REFERENCE = new RegExp(
  `^(?:${DOMAIN}/)?${COMPONENT}(?:/${COMPONENT})*(?::\\w[\\w.-]{0,127})?(?:@[a-zA-Z][\\w+.-]*:[0-9a-fA-F]{32,})?$`,
);
/** Longer than a name (255), a tag and a digest together; keeps the regular expression cheap. */
const LONGEST = 600;

export const isImageReference = (text: string): boolean => text.length <= LONGEST && REFERENCE.test(text);

/** Reads `image:`. */
export const readImage: Reader<string> = (value, reading) => {
  const text = readScalar(value, reading)?.text;
  if (text === undefined) return undefined;
  if (isImageReference(text)) return text;
  if (text === '') return reading.problems.error('bad-image', '"image" is empty', value.at);
  return reading.problems.error('bad-image', `${quoted(text)} is not the name of an image`, value.at, imageHint(text));
};

function imageHint(text: string): string {
  const lower = text.toLowerCase();
  if (isImageReference(lower)) return `names of images are in lower case: write ${quoted(lower)}`;
  const plain = text.trim().replaceAll(/\s+/g, '');
  if (/\s/.test(text) && isImageReference(plain)) return `without spaces: write ${quoted(plain)}`;
  return 'write "nginx", "nginx:1.27" or "registry.example.com:5000/team/app:1.0"';
}
