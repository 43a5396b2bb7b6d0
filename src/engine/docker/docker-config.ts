import { readFileSync } from 'node:fs'; // node:fs/promises costs a millisecond to load, at every start
import { homedir } from 'node:os';
import path from 'node:path';
import { maybe, object, record, text, type Infer } from './shape.js';

const AUTH_ENTRY = object({
  /** Base64 of `user:password`. */
  auth: maybe(text),
  username: maybe(text),
  password: maybe(text),
  identitytoken: maybe(text),
  registrytoken: maybe(text),
});
export type AuthEntry = Infer<typeof AUTH_ENTRY>;

const PROXIES = object({
  httpProxy: maybe(text),
  httpsProxy: maybe(text),
  noProxy: maybe(text),
  ftpProxy: maybe(text),
  allProxy: maybe(text),
});

/** What is read of the docker command's `config.json`. */
const CONFIG = object({
  currentContext: maybe(text),
  auths: maybe(record(AUTH_ENTRY)),
  credHelpers: maybe(record(text)),
  credsStore: maybe(text),
  /** By the address of an engine, or `default`. */
  proxies: maybe(record(PROXIES)),
});
export type DockerConfig = Infer<typeof CONFIG>;

/**
 * The docker command's configuration, in DOCKER_CONFIG or `~/.docker`; empty when there is none. One that cannot be used is
 * taken for empty, as the docker command takes it, and `broken` says which and why: most of what tsfig does needs none.
 */
export function readDockerConfig(environment: Readonly<Record<string, string | undefined>>): {
  readonly folder: string;
  readonly config: DockerConfig;
  readonly broken: string | null;
} {
  const folder = dockerFolder(environment);
  const file = path.join(folder, 'config.json');
  try {
    const config: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const misfit = config === null ? undefined : CONFIG.misfit(config, 'it');
    if (misfit !== undefined) return { folder, config: {}, broken: `${file} is ignored: ${misfit}` };
    return { folder, config: config ?? {}, broken: null };
  } catch (error) {
    if (isNoSuchFile(error)) return { folder, config: {}, broken: null };
    // Not a parser's own words: they may quote what stands there, and that may be a secret.
    const why =
      error instanceof SyntaxError
        ? 'it is not JSON'
        : `it cannot be read (${String((error as { code?: unknown }).code)})`;
    return { folder, config: {}, broken: `${file} is ignored: ${why}` };
  }
}

/** Where the docker command keeps its configuration, contexts and certificates. */
export const dockerFolder = (environment: Readonly<Record<string, string | undefined>>): string =>
  environment['DOCKER_CONFIG'] || path.join(environment['HOME'] ?? homedir(), '.docker');

export const isNoSuchFile = (error: unknown): boolean => {
  const code = (error as { code?: unknown }).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
};
