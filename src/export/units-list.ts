import type { UnitFile } from './deployment.js';
import type { Extended } from './extend.js';

/** The list of what was written for a project. Of several projects each has its own, so that they can share a folder. */
export const listName = (project: string): string => `.tsfig-units-${project}`;

/** How the units of a service were asked for, and their files. */
export interface Listed {
  readonly service: string;
  /** Of its containers that have a unit each; empty where the service has one as a whole. */
  readonly numbers: readonly number[];
  /** It was called a job on the command line. */
  readonly once: boolean;
  readonly paths: readonly string[];
}

export interface UnitsList {
  /** Files of the project as a whole. */
  readonly shared: readonly string[];
  readonly services: readonly Listed[];
}

/** First what is the project's, then below `[web] 1 2` or `[job] once` what is a service's. */
export function listText(head: string, { shared, services }: UnitsList): string {
  const sections = services
    .toSorted((a, b) => (a.service < b.service ? -1 : 1))
    .flatMap(({ service, numbers, once, paths }) => [
      [`[${service}]`, ...numbers, ...(once ? [ONCE] : [])].join(' '),
      ...paths.toSorted(),
    ]);
  return `${[head, ...shared.toSorted(), ...sections].join('\n')}\n`;
}

const ONCE = 'once';

export function readList(text: string): UnitsList {
  const [first = '', ...sections] = text.split(/^\[/m);
  return { shared: readPaths(first.split('\n')), services: sections.map((section) => readSection(section)) };
}

function readSection(section: string): Listed {
  const [head = '', ...lines] = section.split('\n');
  const [service = '', rest = ''] = head.split(']');
  const words = rest.split(' ');
  const numbers = words.filter((word) => /^\d+$/.test(word)).map(Number);
  return { service, numbers, once: words.includes(ONCE), paths: readPaths(lines) };
}

/** What would lead out of the folder was not written by tsfig. */
const readPaths = (lines: readonly string[]): string[] =>
  lines.filter((line) => line !== '' && !/^[#/]|(?:^|\/)\.\.(?:\/|$)/.test(line));

/** The list when these files have been written; what is `resting` stays in it as it was. */
export function listOf(files: readonly UnitFile[], { written, resting }: Omit<Extended, 'wish'>): UnitsList {
  const of = (service: string | null) => files.filter((file) => file.service === service).map(({ path }) => path);
  return {
    shared: of(null),
    services: [...written.map((shape) => ({ ...shape, paths: of(shape.service) })), ...resting],
  };
}

/** The paths in a list but for those that rest: what is not wanted of these is to be removed. */
export const movable = ({ shared, services }: UnitsList, resting: readonly Listed[]): string[] => [
  ...shared,
  ...services.filter((listed) => !resting.includes(listed)).flatMap(({ paths }) => paths),
];
