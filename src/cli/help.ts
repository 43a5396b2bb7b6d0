import type { AddHelpTextContext } from 'commander';

/** Variables that tsfig reads, with what they do. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  TSFIG_FILE: 'the project file, as -f; also COMPOSE_FILE and FIG_FILE',
  TSFIG_PROJECT_NAME: 'the project name, as -p; also COMPOSE_PROJECT_NAME and FIG_PROJECT_NAME',
  TSFIG_SUBNET_POOL: 'where project networks get their addresses, such as 10.123.0.0/16',
  COMPOSE_DISABLE_ENV_FILE: '1: read no .env files',
  COMPOSE_IGNORE_ORPHANS: 'true: no warning about containers of services that are not in the file',
  DOCKER_HOST: 'the engine: unix://PATH, tcp://HOST:PORT or ssh://USER@HOST',
  DOCKER_CONTEXT: 'the docker context that names the engine',
  DOCKER_CONFIG: "the folder of docker's config.json (default: ~/.docker)",
  DOCKER_TLS_VERIFY: "any value: use TLS and verify the engine's certificate; see also DOCKER_CERT_PATH",
  DOCKER_BUILDKIT: '0: build with the classic builder; 1: with BuildKit',
  NO_COLOR: 'any value: no colors, as --no-color',
};

/** The list of variables, wrapped as commander wraps its own lists. */
export function environmentHelp({ error, command }: AddHelpTextContext): string {
  const output = command.configureOutput();
  const helpWidth = error ? output.getErrHelpWidth?.() : output.getOutHelpWidth?.();
  const helper = command.createHelp();
  helper.prepareContext(helpWidth === undefined ? {} : { helpWidth });
  const termWidth = Math.max(...Object.keys(ENVIRONMENT).map((name) => name.length));
  const lines = Object.entries(ENVIRONMENT).map(([name, about]) => helper.formatItem(name, termWidth, about, helper));
  return ['', 'Environment:', ...lines].join('\n');
}
