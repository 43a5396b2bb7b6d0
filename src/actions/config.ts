import { good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { Project, Service } from '../model/project.js';
import type { ProjectRequest } from './find-file.js';
import { prepare } from './prepare.js';
import type { World } from './world.js';

/** A project as plain data, services in start order. */
export interface PlainProject {
  readonly name: string;
  readonly file: string;
  readonly directory: string;
  readonly services: Readonly<Record<string, PlainService>>;
}
export type PlainService = Omit<Service, 'at' | 'name'>;

/** Reads and checks the file; the engine is not asked. */
export async function config(world: World, request: ProjectRequest, control: Control): Promise<Checked<PlainProject>> {
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  const { project, needs } = prepared.value;
  const { name, file, directory } = project;
  return good({ name, file, directory, services: Object.fromEntries(inOrder(project, [...needs.keys()])) });
}

const inOrder = ({ services }: Project, order: readonly string[]): [string, PlainService][] =>
  order.flatMap((key) => {
    const service = services.get(key);
    if (!service) return [];
    return [
      [
        key,
        Object.fromEntries(
          Object.entries(service).filter(([field]) => field !== 'at' && field !== 'name'),
        ) as PlainService,
      ],
    ];
  });
