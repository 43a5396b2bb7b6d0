import { joinLines, safe, sanitize, sanitizeLines, type SafeText } from '../lib/safe-text.js';
import { TsfigError } from '../model/errors.js';

/** What a user sees of an error: the message and the hint; of anything that is not a TsfigError, a call for a report. */
export function errorToText(error: unknown, version: string): SafeText {
  if (error instanceof TsfigError) {
    const [first, ...rest] = messageLines(error.message);
    return joinLines([safe`error: ${first}`, ...rest, ...hintLines(error.hint ?? null)]);
  }
  return joinLines([
    safe`error: this is a bug in tsfig ${version}, not a mistake of yours`,
    ...stacks(error).map(sanitizeLines),
    safe`Please report it, with the lines above and the command that you ran.`,
  ]);
}

/**
 * A message in lines. What follows the first, such as the last lines of a log, is indented deeper than any line of ours,
 * so that it cannot pass for one.
 */
export function messageLines(message: string): [SafeText, ...SafeText[]] {
  const [first = '', ...rest] = message.split(/\r\n|\n/);
  return [sanitize(first), ...rest.map((line) => safe`    ${line.replace(/^ {0,2}/, '')}`)];
}

export const hintLines = (hint: string | null): SafeText[] => (hint === null ? [] : [safe`  hint: ${hint}`]);

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
