import { readFileSync } from 'node:fs'; // node:fs/promises costs a millisecond to load, at every start
import { homedir } from 'node:os';
import path from 'node:path';
import { TsfigError } from '../../model/errors.js';

/** What is read of the docker command's `config.json`. */
export interface DockerConfig {
  readonly currentContext?: string;
  readonly auths?: Readonly<Record<string, AuthEntry>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

export interface AuthEntry {
  /** Base64 of `user:password`. */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/**
 * The docker command's configuration, in DOCKER_CONFIG or `~/.docker`; empty when there is none. Throws
 * `engine-unreachable` when it is there and cannot be read, because it may say where the engine is.
 */
export function readDockerConfig(environment: Readonly<Record<string, string | undefined>>): {
  readonly folder: string;
  readonly config: DockerConfig;
} {
  const folder = dockerFolder(environment);
  const file = path.join(folder, 'config.json');
  try {
    const config = JSON.parse(readFileSync(file, 'utf8')) as DockerConfig | null;
    return { folder, config: config ?? {} };
  } catch (error) {
    if (isNoSuchFile(error)) return { folder, config: {} };
    const hint = 'it should be the JSON that "docker login" and "docker context use" write';
    // The cause is left out: a parser's message may quote what stands there, and that may be a secret.
    throw new TsfigError('engine-unreachable', `cannot read ${file}`, { hint });
  }
}

/** Where the docker command keeps its configuration, contexts and certificates. */
export const dockerFolder = (environment: Readonly<Record<string, string | undefined>>): string =>
  environment['DOCKER_CONFIG'] || path.join(environment['HOME'] ?? homedir(), '.docker');

export const isNoSuchFile = (error: unknown): boolean => {
  const code = (error as { code?: unknown }).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
};
