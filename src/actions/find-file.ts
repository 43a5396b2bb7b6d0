import { basename, dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.js';
import { TsfigError } from '../model/errors.js';
import { toProjectName } from '../model/names.js';
import { EnvFiles, shortest } from './dot-env-files.js';
import type { World } from './world.js';

/** Which project a command is about; null where the user did not say. */
export interface ProjectRequest {
  /** As `-f`, which may be given several times. */
  readonly file: string | readonly string[] | null;
  readonly projectName: string | null;
}

export interface FoundFile {
  /** As diagnostics show it. */
  readonly shown: string;
  /** Absolute, or `-` for standard input. */
  readonly path: string;
  /** Absolute real path of what relative paths are relative to. */
  readonly directory: string;
}

/** A project before its file is read. */
export interface FoundProject extends FoundFile {
  readonly projectName: string;
  /** By `-p` or a variable, and not only by its directory. */
  readonly isNamed: boolean;
  /** tsfig's own variables over those of the `.env` files. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Variables of the `.env` beside the file, which every call that names the file reads. */
  readonly besideFile: ReadonlyMap<string, string>;
  /** What is wrong in the `.env` files. */
  readonly warnings: readonly Diagnostic[];
}

const FILE_NAMES = ['fig.yml', 'fig.yaml'];
const FILE_VARIABLES = ['TSFIG_FILE', 'COMPOSE_FILE', 'FIG_FILE'];
const NAME_VARIABLES = ['TSFIG_PROJECT_NAME', 'COMPOSE_PROJECT_NAME', 'FIG_PROJECT_NAME'];

/**
 * Finds the file, its `.env` files and the project's name (decisions 3 and 4), as docker compose does: with `-f` the `.env`
 * beside the file counts, otherwise that of the working directory, which may itself name the file, and then that beside the
 * file. Throws `project-file-missing`, `project-file-unreadable`, and `bad-usage` for a name that is none.
 */
export function findProject(world: World, request: ProjectRequest): FoundProject {
  const files = typeof request.file === 'string' ? [request.file] : (request.file ?? []);
  const env = new EnvFiles(world);
  if (files.length === 0) env.read(world.directory);
  const found = findFile(world, files.length > 0 ? files : filesNamedIn(env));
  const besideFile = env.read(found.path === '-' ? found.directory : dirname(found.path));
  const given = request.projectName ?? env.first(NAME_VARIABLES);
  const projectName = toName(given ?? basename(found.directory));
  return {
    ...found,
    projectName,
    isNamed: given !== undefined,
    environment: env.all(),
    besideFile,
    warnings: env.warnings,
  };
}

/** A list, as docker compose has it. */
function filesNamedIn(env: EnvFiles): readonly string[] {
  const separator = env.first(['COMPOSE_PATH_SEPARATOR']) ?? ':';
  return (env.first(FILE_VARIABLES) ?? '').split(separator).filter(Boolean);
}

function findFile(world: World, named: readonly string[]): FoundFile {
  const { files } = world.host;
  const [first, ...more] = named;
  if (more.length > 0) {
    const message = `several project files cannot be merged yet: ${named.join(', ')}`;
    throw new TsfigError('bad-usage', message, { hint: 'name one of them with -f' });
  }
  if (first === '-') return { shown: '<stdin>', path: '-', directory: files.realPath(world.directory) };
  const path = first === undefined ? nearest(world) : resolve(world.directory, first);
  return { shown: shortest(world.directory, path), path, directory: files.realPath(dirname(path)) };
}

function nearest({ directory, host: { files } }: World): string {
  for (let here = directory; ; here = dirname(here)) {
    for (const path of FILE_NAMES.map((name) => join(here, name))) {
      const found = files.kindOf(path);
      if (found.kind === 'file' || found.kind === 'pipe') return path;
      if (found.kind !== 'unreadable') continue;
      const message = `cannot look for a project file: ${path}: ${found.reason}`;
      throw new TsfigError('project-file-unreadable', message, { hint: 'name the file with -f' });
    }
    if (here === dirname(here)) break;
  }
  throw new TsfigError('project-file-missing', `there is no fig.yml in ${directory} or any directory above it`, {
    hint: 'are you in the right directory? -f names another file',
  });
}

function toName(given: string): string {
  const name = toProjectName(given);
  if (name !== '') return name;
  throw new TsfigError('bad-usage', `"${given}" leaves nothing of a project name`, {
    hint: 'a project name has letters a-z, digits, - and _; give one with -p',
  });
}
