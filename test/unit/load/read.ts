import type { Diagnostic } from '../../../src/model/diagnostic.js';
import type { FileReader } from '../../../src/model/files.js';
import type { Project, Service } from '../../../src/model/project.js';
import { type Loaded, type LoadRequest, loadProject } from '../../../src/load/load.js';
import { diagnosticsToText } from '../../../src/render/diagnostic.js';

/** Reads a fig.yml of the project "shop" in /shop, whose home is /home/me. */
export function load(text: string | Uint8Array, over: Partial<LoadRequest> = {}): Loaded {
  return loadProject({
    bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
    file: 'fig.yml',
    path: '/shop/fig.yml',
    directory: '/shop',
    projectName: 'shop',
    environment: { HOME: '/home/me', TAG: '1.27' },
    files: filesOf({ '/shop/common.env': 'FROM=file\n', '/shop/web.env': '' }),
    ...over,
  });
}

/** Files by their path, beside the directories /shop and /shop/docker. */
export const filesOf = (texts: Readonly<Record<string, string>>): FileReader => ({
  readText: (path) => (path in texts ? { kind: 'text', text: texts[path]! } : { kind: 'missing' }),
  kindOf: (path) => {
    const isDirectory = ['/shop', '/shop/docker'].includes(path);
    return { kind: isDirectory ? 'directory' : path in texts ? 'file' : 'missing' };
  },
});

/** The project; fails with the problems when there are any. */
export function project(text: string, over?: Partial<LoadRequest>): Project {
  const { result } = load(text, over);
  if (!result.ok) throw new Error(diagnosticsToText(result.problems));
  return result.value;
}

/** The first service of the file. */
export const service = (text: string, over?: Partial<LoadRequest>): Service =>
  [...project(text, over).services.values()][0]!;

/** A service of an image with these lines, indented as in a file. */
export const web = (...lines: string[]): Service =>
  service(body(lines), { files: { ...filesOf({}), kindOf: () => ({ kind: 'directory' }) } });

const body = (lines: readonly string[]): string =>
  `web:\n  image: nginx\n${lines.map((line) => `  ${line}\n`).join('')}`;

/** `LINE:COLUMN message (hint)` of everything that was said. */
export function said(text: string | Uint8Array, over?: Partial<LoadRequest>): string[] {
  const { result } = load(text, over);
  return (result.ok ? result.warnings : result.problems).map(short);
}

/** As `said`, for a service of an image with these lines; the first of them is line 3. */
export const saidOf = (...lines: string[]): string[] => said(body(lines));

function short({ severity, at, message, hint }: Diagnostic): string {
  const place = at ? `${at.line}:${at.column} ` : '';
  return `${place}${severity === 'warning' ? 'warning: ' : ''}${message}${hint === null ? '' : ` (${hint})`}`;
}
