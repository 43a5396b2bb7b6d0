import type { Mount } from '../../model/project.js';
import type { Span } from '../../model/diagnostic.js';
import { readItems, readOneOrMore } from '../scalars.js';
import type { Reader, FieldContext } from '../field-context.js';
import { oneOf, quoted } from '../words.js';
import type { Located, YamlScalar } from '../yaml-node.js';
import { toContainerPath, toHostPath } from './paths.js';

const HINT = 'write "/in/container", "./on/host:/in/container" or "name:/in/container:ro"';
const MODES = [
  ...['rw', 'ro', 'z', 'Z', 'nocopy', 'cached', 'delegated', 'consistent'],
  ...['shared', 'slave', 'private', 'rshared', 'rslave', 'rprivate'],
] as const;
const KNOWN_MODES: ReadonlySet<string> = new Set(MODES);
/** What the engine takes as the end of a volume's name; `PROJECT_` stands before it. */
const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Reads `volumes:`: `CONTAINER`, `HOST:CONTAINER[:MODE]` or `NAME:CONTAINER[:MODE]`. */
export const readMounts: Reader<readonly Located<Mount>[]> = (value, reading) =>
  readItems(value, reading)?.flatMap((item) => {
    const mount = readMount(item, reading);
    return mount ? { value: mount, at: item.at } : [];
  });

function readMount({ text, at }: YamlScalar, reading: FieldContext): Mount | undefined {
  if (/^[a-zA-Z]:(?:\\|\/[^:]*:\/)/.test(text)) {
    const hint = 'write the path as the machine of the engine has it, such as "/mnt/c/data:/data"';
    return reading.problems.error('bad-volume', `${quoted(text)} is a path of Windows`, at, hint);
  }
  const [first = '', second, mode = 'rw', ...more] = text.split(':');
  if (more.length > 0 || first === '' || second === '') {
    return reading.problems.error('bad-volume', `${quoted(text)} is not a volume`, at, HINT);
  }
  const target = containerPath(second ?? first, at, reading);
  if (target === undefined || !isMode(mode, at, reading)) return undefined;
  if (second === undefined) return { kind: 'anonymous', target };
  if (/^[.~]|\//.test(first)) {
    const source = toHostPath(first, at, reading);
    if (source !== undefined && source.includes(':') && /[zZ]/.test(mode)) {
      const message = `the modes z and Z cannot be used with a path that has a colon: ${quoted(source)}`;
      return reading.problems.error('bad-volume', message, at, 'name the directory without the colon');
    }
    const { files, onMissingSource } = reading.setting;
    if (source !== undefined && files?.kindOf(source).kind === 'missing') onMissingSource(source, at);
    return source === undefined ? undefined : { kind: 'bind', source, target, mode };
  }
  if (VOLUME_NAME.test(first)) return { kind: 'volume', volume: first, target, mode };
  const hint = `write "./${first}" when it is a directory beside the file`;
  return reading.problems.error('bad-volume', `${quoted(first)} is not the name of a volume`, at, hint);
}

function containerPath(text: string, at: Span, { problems }: FieldContext): string | undefined {
  const path = toContainerPath(text);
  if (path === '/') return problems.error('bad-volume', 'nothing can be mounted over the root of a container', at);
  if (path !== undefined) return path;
  const message = `the path in the container, ${quoted(text)}, is not absolute`;
  return problems.error('bad-volume', message, at, HINT);
}

function isMode(mode: string, at: Span, { problems }: FieldContext): boolean {
  const modes = mode.split(',');
  const wrong = modes.find((part) => !KNOWN_MODES.has(part));
  if (wrong !== undefined) {
    problems.error('bad-volume', `${quoted(wrong)} is not a mode of a volume`, at, `the modes are ${oneOf(MODES)}`);
  } else if (modes.includes('ro') && modes.includes('rw')) {
    problems.error('bad-volume', 'a volume cannot be both ro and rw', at);
  } else return true;
  return false;
}

/** Reads `tmpfs:`: `PATH[:OPTIONS]`, one or a list. */
export const readTmpfs: Reader<readonly Located<readonly [string, string]>[]> = (value, reading) =>
  readOneOrMore(value, reading)?.flatMap(({ text, at }) => {
    const cut = text.indexOf(':');
    const path = containerPath(cut === -1 ? text : text.slice(0, cut), at, reading);
    return path === undefined ? [] : { value: [path, cut === -1 ? '' : text.slice(cut + 1)] as const, at };
  });
