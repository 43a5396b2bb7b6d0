import { basename, dirname, join, relative, resolve } from 'node:path';
import { TsfigError } from '../model/errors.js';
import { toProjectName } from '../model/names.js';
import type { World } from './world.js';

/** Which project a command is about; null where the user did not say. */
export interface ProjectRequest {
  readonly file: string | null;
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

const NAMES = ['fig.yml', 'fig.yaml'];

/** Finds the file (decisions 4). Throws `project-file-missing`. */
export function findFile(world: World, { file }: ProjectRequest): FoundFile {
  const { environment } = world;
  const named = file ?? [environment['TSFIG_FILE'], environment['COMPOSE_FILE'], environment['FIG_FILE']].find(Boolean);
  if (named === '-') return { shown: '<stdin>', path: '-', directory: world.host.files.realPath(world.directory) };
  const path = named === undefined ? nearest(world) : resolve(world.directory, named);
  const short = relative(world.directory, path);
  return { shown: short.startsWith('..') ? path : short, path, directory: world.host.files.realPath(dirname(path)) };
}

function nearest({ directory, host }: World): string {
  for (let here = directory; ; here = dirname(here)) {
    const found = NAMES.map((name) => join(here, name)).find((path) => host.files.isFile(path));
    if (found !== undefined) return found;
    if (here === dirname(here)) break;
  }
  throw new TsfigError('project-file-missing', `there is no fig.yml in ${directory} or any directory above it`, {
    hint: 'are you in the right directory? -f names another file',
  });
}

/** The same, of a file that has not been read yet. Throws `project-file-missing`, too. */
export const projectNameOf = (world: World, request: ProjectRequest): string =>
  findProjectName(world, request, findFile(world, request).directory);

const NAME_VARIABLES = ['TSFIG_PROJECT_NAME', 'COMPOSE_PROJECT_NAME', 'FIG_PROJECT_NAME'];

/** The name that the user gave the project, with `-p` or a variable; undefined: it is called as its directory. */
export const givenName = ({ environment }: World, { projectName }: ProjectRequest): string | undefined =>
  projectName ?? NAME_VARIABLES.map((key) => environment[key]).find(Boolean);

/** The project's name (decisions 3). Throws `bad-usage` when nothing usable is left of it. */
export function findProjectName(world: World, request: ProjectRequest, directory: string): string {
  const given = givenName(world, request);
  const name = toProjectName(given ?? basename(directory));
  if (name !== '') return name;
  throw new TsfigError('bad-usage', `"${given ?? basename(directory)}" leaves nothing of a project name`, {
    hint: 'a project name has letters a-z, digits, - and _; give one with -p',
  });
}
