import { toYaml } from '../load/document.js';
import { projectToFig, type FigService } from '../load/write-fig.js';
import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { ProjectRequest } from './find-file.js';
import { prepare } from './prepare.js';
import type { World } from './world.js';

export interface ConfigResult {
  readonly project: string;
  readonly file: string;
  readonly directory: string;
  /** In start order, in the words of the file, with everything filled in. */
  readonly services: Readonly<Record<string, FigService>>;
  /** The same as a file that reads as the same project. */
  readonly yaml: string;
}

export interface CheckResult {
  readonly project: string;
  /** Names of the services, in start order. */
  readonly services: readonly string[];
}

/** Reads and checks the file, and no more; the engine is not asked. */
export async function check(world: World, request: ProjectRequest, control: Control): Promise<Checked<CheckResult>> {
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  return good({ project: prepared.value.project.name, services: [...prepared.value.needs.keys()] });
}

/** Reads and checks the file, and writes it out again; the engine is not asked. */
export async function config(world: World, request: ProjectRequest, control: Control): Promise<Checked<ConfigResult>> {
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  const { project, needs } = prepared.value;
  const services = projectToFig(project, [...needs.keys()]);
  return good({
    project: project.name,
    file: project.file,
    directory: project.directory,
    services,
    yaml: toYaml(services).trimEnd(),
  });
}
