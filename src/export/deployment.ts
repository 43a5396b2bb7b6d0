import type { Milliseconds } from '../lib/units.js';

export type Supervisor = 'runit' | 'systemd' | 's6';

/** What a supervisor is to look after, whichever it is. */
export interface Deployment {
  readonly project: string;
  /** How tsfig is called for this project: words, the file and the name of the project included. */
  readonly tsfig: readonly string[];
  /** What tsfig needs of its environment where there is no shell. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the folder that the files are for. */
  readonly folder: string;
  /** Where the engine is: this machine's own service, somewhere else on it, or behind the network. */
  readonly engine: 'docker.service' | 'here' | 'away';
  /** Each after what it needs. */
  readonly units: readonly Unit[];
}

/** One process of a supervisor: a service, one container of a service, or a job. */
export interface Unit {
  /** `shop-web`, or `shop-web@2`. */
  readonly name: string;
  readonly service: string;
  /** Of `web@2` the 2; null for a service as a whole. */
  readonly number: number | null;
  readonly kind: 'service' | 'job';
  readonly needs: readonly UnitNeed[];
  /** False where tsfig has to start what it needs, because that has no unit of its own. */
  readonly noDeps: boolean;
  /** How long its container may take to stop. */
  readonly grace: Milliseconds;
  /** Its file wants it started again only after a failure. */
  readonly isDoneWithZero: boolean;
}

export interface UnitNeed {
  /** The unit that is needed, and `db` or `db@2` as tsfig is told of it. */
  readonly unit: string;
  readonly named: string;
  /** Made anew with the other, because it shares its network or its volumes. */
  readonly isBound: boolean;
}

/** A file to be written; the path is relative to the folder. */
export interface UnitFile {
  readonly path: string;
  /** Whose it is; null: the project's as a whole. */
  readonly service: string | null;
  readonly text: string;
  readonly executable: boolean;
}

/** `web`, or `web@2`. */
export const nameOf = ({ service, number }: Pick<Unit, 'service' | 'number'>): string =>
  number === null ? service : `${service}@${number}`;

/** What a unit has tsfig do: words after `tsfig -f FILE -p PROJECT`. */
export function wordsOf({ kind, service, noDeps, ...unit }: Unit, named: string): readonly string[] {
  const deps = noDeps && unit.needs.length > 0 ? ['--no-deps'] : [];
  if (kind === 'job') return ['run', '--once', '--quiet', ...deps, service];
  return ['up', '--adopt', ...deps, '--no-log-prefix', '--exit-code-from', named, named];
}

/** What the engine takes to stop and to tell, after the container's own time. In milliseconds. */
const STOP_MARGIN = 10_000;
export const stopLimit = ({ grace }: Unit): number => grace + STOP_MARGIN;

/** By this line a file is known as one of tsfig's, and of this project's. */
export const header = (supervisor: Supervisor, project: string): string =>
  `${MARK}${supervisor}${forProject(project)} the next one writes over it.`;
const MARK = '# Written by "tsfig units ';
const forProject = (project: string): string => `" for the project ${project};`;

export const isWrittenFor = (project: string, text: string): boolean =>
  text.split('\n').some((line) => line.startsWith(MARK) && line.includes(forProject(project)));
