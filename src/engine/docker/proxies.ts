import type { DockerConfig } from './docker-config.js';

/** What the docker command calls the variables, and which key of `proxies` has them. */
const VARIABLES = {
  HTTP_PROXY: 'httpProxy',
  HTTPS_PROXY: 'httpsProxy',
  NO_PROXY: 'noProxy',
  FTP_PROXY: 'ftpProxy',
  ALL_PROXY: 'allProxy',
} as const;

/**
 * The variables that `proxies` of the docker command's configuration gives to containers and builds, in capitals and in
 * small letters: those of this engine's address, else the default ones (docker/cli: ConfigFile.ParseProxyConfig).
 */
export function proxyVariables({ proxies }: DockerConfig, address: string): Readonly<Record<string, string>> {
  const own = proxies?.[address] ?? proxies?.['default'] ?? {};
  return Object.fromEntries(
    Object.entries(VARIABLES).flatMap(([name, key]) => {
      const value = own[key];
      return value ? [name, name.toLowerCase()].map((each) => [each, value]) : [];
    }),
  );
}

/** Entries `KEY=value` with those variables that they do not name, not even without a value. */
export function withVariables(
  entries: readonly string[],
  variables: Readonly<Record<string, string>>,
): readonly string[] {
  const named = new Set(entries.map((entry) => entry.replace(/=.*$/s, '')));
  const more = Object.entries(variables).filter(([name]) => !named.has(name));
  return [...entries, ...more.map(([name, value]) => `${name}=${value}`)];
}
