import { isAbsolute, join, normalize } from 'node:path/posix';
import type { Span } from '../../model/diagnostic.js';
import type { FieldContext } from '../field-context.js';
import { quoted } from '../words.js';

/** An absolute path of the host: `~` is the home directory, the rest is relative to the directory of the file. */
export function toHostPath(text: string, at: Span, { problems, setting }: FieldContext): string | undefined {
  if (!text.startsWith('~')) return trimmed(isAbsolute(text) ? text : join(setting.directory, text));
  const home = setting.lookUp('HOME');
  if (text !== '~' && !text.startsWith('~/')) {
    return problems.error('bad-path', `${quoted(text)} names the home of another user`, at, 'write the whole path');
  }
  if (home) return trimmed(join(home, text.slice(1)));
  return problems.error('bad-path', `${quoted(text)} needs HOME, which is not set`, at, 'write the whole path');
}

/** An absolute path of a container, without needless parts; undefined when it is not one. */
export const toContainerPath = (text: string): string | undefined => (text.startsWith('/') ? trimmed(text) : undefined);

function trimmed(path: string): string {
  const short = normalize(path);
  return short.length > 1 && short.endsWith('/') ? short.slice(0, -1) : short;
}
