import { findCycles } from '../graph/cycle.js';
import { startOrder } from '../graph/order.js';
import { ownValue } from '../lib/own-value.js';
import { loadProject, type Loaded } from '../load/load.js';
import { bad, good, type Checked } from '../model/diagnostic.js';
import type { Control } from '../model/event.js';
import type { Project } from '../model/project.js';
import { findProject, type ProjectRequest } from './find-file.js';
import { ProjectOwner } from './project-owner.js';
import type { World } from './world.js';

/** A project that is right in itself, and the order in which its services start. */
export interface Prepared {
  readonly project: Project;
  /** What each service needs, in start order. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Names of the variables that the file takes from tsfig's own environment, and that the `.env` beside it does not have, or not with this value. */
  readonly fromShell: readonly string[];
  /** tsfig's own, for the labels. */
  readonly version: string;
  /** Is asked before the project's containers are changed or shown. */
  readonly owner: ProjectOwner;
}

interface PrepareOptions {
  /** False for what makes no container: build directories and env files are not looked at then. */
  readonly needsFiles: boolean;
}

/** Reads, checks and orders the project. Nothing is asked of the engine. Warnings are told; problems are returned, all of them. */
export async function prepare(
  world: World,
  request: ProjectRequest,
  control: Control,
  { needsFiles }: PrepareOptions = { needsFiles: true },
): Promise<Checked<Prepared>> {
  const { files } = world.host;
  const found = findProject(world, request);
  for (const diagnostic of found.warnings) await control.emit({ kind: 'warning', diagnostic });
  const bytes =
    found.path === '-' ? await files.readInput(control.signal) : await files.readBytes(found.path, control.signal);
  const loaded = loadProject({
    bytes,
    file: found.shown,
    path: found.path,
    directory: found.directory,
    projectName: found.projectName,
    environment: found.environment,
    files: needsFiles ? files : null,
  });
  const { result, needs, variables, sourceLine } = loaded;
  const cycles = findCycles(needs, sourceLine);
  if (!result.ok) return bad([...result.problems, ...cycles]);
  if (cycles.length > 0) return bad(cycles);
  for (const diagnostic of result.warnings) await control.emit({ kind: 'warning', diagnostic });
  await warnOfMissingSources(world, loaded, control);
  const fromShell = variables.filter((name) => {
    const value = ownValue(found.environment, name);
    return value !== undefined && value !== found.besideFile.get(name);
  });
  return good({
    project: result.value,
    needs: inStartOrder(result.value),
    fromShell,
    version: world.version,
    owner: new ProjectOwner(
      world,
      { name: found.projectName, directory: found.directory, isNamed: found.isNamed },
      control,
    ),
  });
}

/** The engine makes a directory of root's of each, which is seldom what was meant; one elsewhere has files of its own. */
async function warnOfMissingSources(
  world: World,
  { missingSources, sourceLine }: Loaded,
  { emit }: Control,
): Promise<void> {
  if (missingSources.size === 0) return;
  const address = await world.findEngine().catch(() => null); // a command that needs the engine says why there is none
  if (!address?.startsWith('unix:')) return;
  for (const [path, at] of missingSources) {
    const message = `${path} does not exist: the engine makes an empty directory of it that belongs to root`;
    const hint = 'make it first, or use a named volume';
    const diagnostic = { severity: 'warning', code: 'missing-source', message, at, source: sourceLine(at.line), hint };
    await emit({ kind: 'warning', diagnostic: { ...diagnostic, severity: 'warning' } });
  }
}

function inStartOrder({ services }: Project): Map<string, string[]> {
  const needs = new Map(
    [...services.values()].map((service) => [service.name, [...new Set(service.needs.map(({ on }) => on))]]),
  );
  return new Map(startOrder(needs).map((name) => [name, needs.get(name) ?? []]));
}
