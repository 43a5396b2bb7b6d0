import { basename, dirname, join, resolve } from 'node:path';
import { header, type Deployment, type Supervisor, type UnitFile } from '../export/deployment.js';
import { extendWish, type Extended } from '../export/extend.js';
import { compareFolder, notOurs } from '../export/folder.js';
import { planUnits } from '../export/plan-units.js';
import { runitFiles } from '../export/runit.js';
import { s6Files } from '../export/s6.js';
import { systemdFiles } from '../export/systemd.js';
import { listName, listOf, listText, movable, readList, type Listed, type UnitsList } from '../export/units-list.js';
import { readNamed, type Named } from '../graph/instances.js';
import { namedServices, withNeeds } from '../graph/select.js';
import { ownValue } from '../lib/own-value.js';
import { bad, good, problem, type Checked, type Diagnostic } from '../model/diagnostic.js';
import { TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import type { FileChange } from '../model/file-state.js';
import type { Project } from '../model/project.js';
import type { ProjectRequest } from './find-file.js';
import { prepare, type Prepared } from './prepare.js';
import type { World } from './world.js';

export interface UnitsRequest extends ProjectRequest {
  readonly supervisor: Supervisor;
  /** Services, and containers such as `web@2`; all services when there are none. */
  readonly services: readonly string[];
  readonly noDeps: boolean;
  /** Services that are jobs, beside those that the file calls so. */
  readonly once: readonly string[];
  /** Null: `units/SUPERVISOR` beside the file. */
  readonly out: string | null;
  /** Only look. */
  readonly check: boolean;
  /** How units call tsfig: words. */
  readonly tsfig: readonly string[];
  /** Where units look for programs. */
  readonly path: string;
}

export interface UnitsResult {
  /** Absolute path. */
  readonly folder: string;
  /** How many files there are when all is done. */
  readonly files: number;
  /** What was written and removed; with `check` what would be. */
  readonly changes: readonly FileChange[];
}

const FILES: Readonly<Record<Supervisor, (deployment: Deployment) => UnitFile[]>> = {
  runit: runitFiles,
  systemd: systemdFiles,
  s6: s6Files,
};

/** Writes what a supervisor needs to look after these services, or tells how it differs. The engine is not asked. */
export async function units(world: World, request: UnitsRequest, control: Control): Promise<Checked<UnitsResult>> {
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  const engine = whereEngineIs(await world.findEngine());
  const planned = deploy({ world, engine }, request, prepared.value);
  if (!planned.ok) return planned;
  const { deployment, extended, before } = planned.value;
  const { folder, project } = deployment;
  const isWritten = ({ service }: UnitFile): boolean =>
    service === null || extended.written.some((written) => written.service === service);
  const own = FILES[request.supervisor](deployment).filter(isWritten);
  const after = listOf(own, extended);
  const text = listText(header(request.supervisor, project), after);
  const files = [...own, { path: listName(project), service: null, text, executable: false }];
  const { changes, problems } = compare(world, deployment, { files, listed: movable(before, extended.resting) });
  if (problems.length > 0) return bad(problems);
  await warnOfShell(prepared.value, deployment, control);
  if (!request.check) write(world, folder, changes);
  return good({ folder, files: movable(after, []).length + 1, changes });
}

interface Place {
  readonly world: World;
  readonly engine: Deployment['engine'];
}

interface Planned {
  readonly deployment: Deployment;
  readonly extended: Extended;
  /** The list as it is in the folder. */
  readonly before: UnitsList;
}

function deploy({ world, engine }: Place, request: UnitsRequest, prepared: Prepared): Checked<Planned> {
  const { project, needs } = prepared;
  if (project.file === '-') {
    return bad([problem('bad-usage', 'units need a file that stays: standard input is gone when they run')]);
  }
  const order = [...needs.keys()];
  const read = readNamed(project, order, request.services);
  if (!read.ok) return read;
  const jobs = namedServices(order, request.once);
  if (!jobs.ok) return jobs;
  const problems = whyNot(project, request, read.value);
  if (problems.length > 0) return bad(problems);
  const { services: named, instances } = read.value;
  const services = request.noDeps ? order.filter((name) => named.includes(name)) : withNeeds(needs, named);
  const folder = folderFor(world, request, project);
  const before = readList(readIfThere(world, join(folder, listName(project.name))));
  const around = {
    named,
    needs,
    before: request.services.length > 0 ? mayStay(world, folder, { before, project }) : [],
  };
  const extended = extendWish({ services, instances, once: request.once }, around);
  const deployment = {
    project: project.name,
    tsfig: [...request.tsfig, '-f', join(project.directory, basename(project.file)), '-p', project.name],
    environment: environmentFor(world, request.path),
    folder,
    engine,
    units: planUnits(project, extended.wish),
  };
  return good({ deployment, extended, before });
}

const folderFor = ({ directory }: World, { out, supervisor }: UnitsRequest, project: Project): string =>
  out === null ? join(project.directory, 'units', supervisor) : resolve(directory, out);

interface Found {
  readonly before: UnitsList;
  readonly project: Project;
}

/** Units of services that the file still has; somebody who has removed their files does not want them. */
const mayStay = ({ host: { files } }: World, folder: string, { before, project }: Found): Listed[] =>
  before.services.filter(
    ({ service, paths }) => project.services.has(service) && paths.some((path) => files.isFile(join(folder, path))),
  );

function whyNot(project: Project, { supervisor, once }: UnitsRequest, { services, instances }: Named): Diagnostic[] {
  const isJob = (name: string): boolean => once.includes(name) || (project.services.get(name)?.once ?? false);
  const numbered = Object.keys(instances)
    .filter(isJob)
    .map((name) => problem('bad-usage', `${name} is a job: there is one of it, and it has no number`));
  // The log of `web` is called as a service `web-log` would be.
  const isTaken = (name: string): boolean => {
    const base = /^(.+)-(?:log|pipeline)$/.exec(name)?.[1];
    return supervisor === 's6' && base !== undefined && project.services.has(base);
  };
  const clashing = services
    .filter(isTaken)
    .map((name) => problem('bad-usage', `${name} is called as the log of another service would be`, 'rename it'));
  return [...numbered, ...clashing];
}

/** What tells tsfig where the engine is and how to speak to it. None of these holds a secret; no other is written. */
const PASSED_ON = [
  ...['HOME', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'],
  ...['DOCKER_BUILDKIT', 'XDG_RUNTIME_DIR', 'TSFIG_SUBNET_POOL'],
];

function environmentFor({ environment }: World, path: string): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return { PATH: path, ...Object.fromEntries(passed) };
}

/** Where docker.service listens. */
const DOCKER_SOCKETS = ['unix:///var/run/docker.sock', 'unix:///run/docker.sock'];

function whereEngineIs(address: string): Deployment['engine'] {
  if (DOCKER_SOCKETS.includes(address)) return 'docker.service';
  return address.startsWith('unix:') ? 'here' : 'away';
}

function compare(
  { host: { files: disk } }: World,
  { folder, project }: Deployment,
  { files, listed }: { readonly files: readonly UnitFile[]; readonly listed: readonly string[] },
): { readonly changes: FileChange[]; readonly problems: Diagnostic[] } {
  const changes = compareFolder(files, listed, (path) => {
    const found = disk.readText(join(folder, path));
    return found.kind !== 'text' ? null : { text: found.text, executable: disk.isExecutable(join(folder, path)) };
  });
  const problems = notOurs(changes, { project, listed }).map((path) =>
    problem(
      'not-ours',
      `${join(folder, path)} was not written by tsfig for the project ${project}`,
      'move it away, or name another folder with --out',
    ),
  );
  return { changes, problems };
}

/** Empty where there is no such file. Throws `project-file-unreadable`. */
function readIfThere({ host: { files } }: World, path: string): string {
  const found = files.readText(path);
  if (found.kind !== 'unreadable') return found.kind === 'text' ? found.text : '';
  throw new TsfigError('project-file-unreadable', `cannot read ${path}: ${found.reason}`);
}

/** What is in the way first, and of that what lies deepest, so that folders are empty when their turn comes. */
function write({ host: { files } }: World, folder: string, changes: readonly FileChange[]): void {
  const depth = (path: string): number => path.split('/').length;
  const gone = changes.filter(({ after }) => !after).toSorted((a, b) => depth(b.path) - depth(a.path));
  for (const { path } of gone) files.removeFile(join(folder, path));
  for (const { path, after } of changes) {
    if (after) files.writeText(join(folder, path), after.text, after.executable ? 'executable' : 'plain');
  }
}

/** A supervisor has nothing of the shell's: what the file takes from there has to be said elsewhere. */
async function warnOfShell(
  { fromShell, project }: Prepared,
  { environment }: Deployment,
  { emit }: Control,
): Promise<void> {
  const names = fromShell.filter((name) => ownValue(environment, name) === undefined);
  if (names.length === 0) return;
  const message = `the file takes ${names.join(', ')} from your shell, which a supervisor does not have`;
  const hint = `write ${names.length === 1 ? 'it' : 'them'} into ${join(dirname(project.file), '.env')}`;
  const diagnostic = { severity: 'warning', code: 'from-shell', message, at: null, source: null, hint } as const;
  await emit({ kind: 'warning', diagnostic });
}
