import type { BuildSpec, ContainerSpec } from './container-spec.js';
import { LABEL } from './names.js';
import type { HealthCheck } from './project.js';
import { Secret } from './secret.js';

/** A container to create as plans, events and logs have it: everything that people put secrets into is a `Secret`. */
export interface SealedContainer extends Omit<
  ContainerSpec,
  'command' | 'entrypoint' | 'environment' | 'labels' | 'logOpt' | 'healthcheck'
> {
  readonly command: readonly Secret[] | null;
  readonly entrypoint: readonly Secret[] | null;
  /** `KEY=value`, of which the key is shown; a bare `KEY` is plain. */
  readonly environment: readonly (Secret | string)[];
  /** tsfig's own are plain, but for what they tell of the image and the configuration. */
  readonly labels: Readonly<Record<string, Secret | string>>;
  readonly logOpt: Readonly<Record<string, Secret>>;
  readonly healthcheck: (Omit<HealthCheck, 'test'> & { readonly test: readonly Secret[] | null }) | null;
}

/** An image to build, in the same way. */
export interface SealedBuild extends Omit<BuildSpec, 'args' | 'context'> {
  readonly args: Readonly<Record<string, Secret>>;
  /** A URL may have a name and a password. */
  readonly context: Secret | string;
}

/** Labels that cannot tell a secret; hashes can be tried out, so they are none of these. */
const PLAIN_LABELS: ReadonlySet<string> = new Set(
  Object.values(LABEL).filter((key) => key !== LABEL.image && key !== LABEL.fields && key !== LABEL.configHash),
);

export const sealContainer = (spec: ContainerSpec): SealedContainer => ({
  ...spec,
  command: spec.command && sealAll(spec.command),
  entrypoint: spec.entrypoint && sealAll(spec.entrypoint),
  environment: spec.environment.map(sealVariable),
  labels: mapValues(spec.labels, (value, key) => (PLAIN_LABELS.has(key) ? value : new Secret(value))),
  logOpt: mapValues(spec.logOpt, (value) => new Secret(value)),
  healthcheck: spec.healthcheck && {
    ...spec.healthcheck,
    test: spec.healthcheck.test && sealAll(spec.healthcheck.test),
  },
});

/** For the call to the engine, and nothing else. */
export const openContainer = (spec: SealedContainer): ContainerSpec => ({
  ...spec,
  command: spec.command && spec.command.map(open),
  entrypoint: spec.entrypoint && spec.entrypoint.map(open),
  environment: spec.environment.map(open),
  labels: mapValues(spec.labels, open),
  logOpt: mapValues(spec.logOpt, open),
  healthcheck: spec.healthcheck && {
    ...spec.healthcheck,
    test: spec.healthcheck.test && spec.healthcheck.test.map(open),
  },
});

export const sealBuild = (build: BuildSpec): SealedBuild => ({
  ...build,
  args: mapValues(build.args, (value) => new Secret(value)),
  context: build.remote ? sealUrl(build.context) : build.context,
});

/** For the call to the engine, and nothing else. */
export const openBuild = (build: SealedBuild): BuildSpec => ({
  ...build,
  args: mapValues(build.args, open),
  context: open(build.context),
});

/**
 * What an engine's refusal to create the container may quote. Words of commands are not among them: a message that does not
 * say which program is missing helps nobody.
 */
export const secretsOfContainer = ({ environment, labels, logOpt }: SealedContainer): Secret[] =>
  [...environment, ...Object.values(labels), ...Object.values(logOpt)].filter(isSecret);

export const secretsOfBuild = ({ args, context }: SealedBuild): Secret[] =>
  [...Object.values(args), context].filter(isSecret);

const isSecret = (value: Secret | string): value is Secret => value instanceof Secret;
const open = (value: Secret | string): string => (isSecret(value) ? value.reveal() : value);
const sealAll = (words: readonly string[]): Secret[] => words.map((word) => new Secret(word));

function sealVariable(entry: string): Secret | string {
  const start = entry.indexOf('=') + 1;
  return start === 0 ? entry : new Secret(entry.slice(start), { before: entry.slice(0, start) });
}

function sealUrl(url: string): Secret | string {
  const [, before, user, after] = /^([a-z+]+:\/\/)([^/@]+)(@.*)$/s.exec(url) ?? [];
  return before === undefined || user === undefined || after === undefined ? url : new Secret(user, { before, after });
}

const mapValues = <T, U>(record: Readonly<Record<string, T>>, by: (value: T, key: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, by(value, key)]));
