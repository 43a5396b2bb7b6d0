import { TsfigError } from '../model/errors.js';

/** What a user sees of an error: the message and the hint; of anything that is not a TsfigError, a call for a report. */
export function errorToText(error: unknown, version: string): string {
  if (error instanceof TsfigError) {
    return `error: ${error.message}${error.hint === undefined ? '' : `\n  hint: ${error.hint}`}`;
  }
  return [
    `error: this is a bug in tsfig ${version}, not a mistake of yours`,
    ...stacks(error),
    'Please report it, with the lines above and the command that you ran.',
  ].join('\n');
}

/** A chain of causes longer than this tells nothing more, and might go round in circles. */
const MOST_CAUSES = 5;

function stacks(error: unknown): string[] {
  const lines: string[] = [];
  let current = error;
  for (let depth = 0; depth < MOST_CAUSES; depth += 1) {
    const text =
      current instanceof Error ? (current.stack ?? `${current.name}: ${current.message}`) : thrownToText(current);
    lines.push(depth === 0 ? text : `caused by: ${text}`);
    if (!(current instanceof Error) || current.cause === undefined) break;
    current = current.cause;
  }
  return lines;
}

/** What was thrown though it is no Error. */
function thrownToText(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  try {
    const text = JSON.stringify(thrown) as string | undefined; // undefined for undefined and for functions
    return text ?? typeof thrown;
  } catch {
    return typeof thrown; // a circle, a bigint
  }
}
