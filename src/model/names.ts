/** Names and label keys: made here, read back here. */

/** The identity labels are the ones the ecosystem reads; tsfig's own facts stand beside them (decisions 2). */
export const LABEL = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  oneOff: 'com.docker.compose.oneoff',
  configHash: 'com.docker.compose.config-hash',
  version: 'com.docker.compose.version',
  workingDir: 'com.docker.compose.project.working_dir',
  configFiles: 'com.docker.compose.project.config_files',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
  /** `fixed` on a network whose subnet tsfig gave, so that its containers can have fixed addresses. */
  addresses: 'tsfig.addresses',
  /** On the container of `run --once`, and on what remembers that there could be none: the job's own name. */
  job: 'tsfig.job',
  /** How many runs in a row had failed at once before this one. */
  failures: 'tsfig.failures',
  /** On what remembers a run of which no container is left: when it failed (ISO 8601), with which code, and why. */
  failedAt: 'tsfig.failed-at',
  failedWith: 'tsfig.failed-with',
  failure: 'tsfig.failure',
  /** `true` or `false`: whether it has a terminal, which decides how its output is framed and is not in the engine's list. */
  tty: 'tsfig.tty',
  /** JSON of what its image says (`ObservedImage`), so that it need not be asked again. */
  image: 'tsfig.image',
  /** JSON of field → short hash, to say which field of a container's configuration has changed. */
  fields: 'tsfig.fields',
} as const;

/** Labels a user's `labels:` must never overwrite. */
export const isReservedLabel = (key: string): boolean =>
  key.startsWith('com.docker.compose.') || key.startsWith('tsfig.');

export const containerName = (project: string, service: string, number: number): string =>
  `${project}_${service}_${number}`;
export const oneOffName = (project: string, service: string, id: string): string => `${project}_${service}_run_${id}`;
/** The one name of the container of `run --once`, so that no two of them can ever run side by side. */
export const jobName = (project: string, service: string): string => `${project}_${service}_once`;
export const imageName = (project: string, service: string): string => `${project}_${service}`.toLowerCase();
export const networkName = (project: string): string => `${project}_default`;
export const volumeName = (project: string, volume: string): string => `${project}_${volume}`;

/** `shop_db_1` → `db_1`: the name inside the project, used for log prefixes and link aliases. */
export const shortName = (project: string, name: string): string =>
  name.startsWith(`${project}_`) ? name.slice(project.length + 1) : name;

const ASIDE = /_replaced(?:_\d+)?$/;
/**
 * A name for a container that is kept until its replacement has started: `shop_db_1_replaced`, or with a number behind it
 * where that name is taken.
 */
export function asideName(name: string, isTaken: (name: string) => boolean): string {
  let aside = `${name}_replaced`;
  for (let number = 2; isTaken(aside); number += 1) aside = `${name}_replaced_${number}`;
  return aside;
}
/**
 * Whether a container of this name, whose own name is another, was set aside. Its name is the only mark that an engine
 * lets a container change.
 */
export const isAsideName = (name: string, ownName: string): boolean => name !== ownName && ASIDE.test(name);

/** Lower-cased, without what a project name cannot hold; empty when nothing is left (decisions 3). */
export function toProjectName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}
