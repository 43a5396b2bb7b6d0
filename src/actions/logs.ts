import { Follower } from '../apply/follow-logs.js';
import { pumpLines } from '../apply/pump-lines.js';
import { LogCursor } from '../apply/stamps.js';
import { watchProject } from '../apply/watch.js';
import type { Engine, LogOptions } from '../engine/engine.js';
import { raceAbort } from '../lib/deadline.js';
import { createLimiter } from '../lib/limiter.js';
import { good, problem, type Checked } from '../model/diagnostic.js';
import { hasCode } from '../model/errors.js';
import type { Control } from '../model/event.js';
import { LABEL } from '../model/names.js';
import type { ObservedContainer } from '../model/observed.js';
import { isJob } from '../plan/leftovers.js';
import { serviceOf } from '../model/replica.js';
import type { ProjectRequest } from './find-file.js';
import { containersIn, findContainers, isNamedAsWhole, type FoundServices } from './on-containers.js';
import type { World } from './world.js';

export interface LogsRequest extends ProjectRequest, Omit<LogOptions, 'tty'> {
  readonly services: readonly string[];
}

/** Logs read at a time; each holds a connection and a buffer. */
const READ_AT_ONCE = 16;

/** What the services' containers have written, and with `follow` what they write until they have all ended. */
export async function logs(world: World, request: LogsRequest, control: Control): Promise<Checked<readonly string[]>> {
  const found = await findContainers(world, request, control);
  if (!found.ok) return found;
  const { engine, project } = found.value;
  const writers = await listWriters(found.value, control);
  const containers = writers.map(({ name }) => name);
  if (containers.length > 0) await control.emit({ kind: 'attached', project: project.name, containers });
  if (request.follow) await followAll(engine, { project: project.name, writers, request }, control);
  else await readAll(engine, { writers, request }, control);
  return good(containers);
}

/** The services' own containers and those of their jobs, in start order. */
async function listWriters(found: FoundServices, { signal }: Control): Promise<ObservedContainer[]> {
  const all = await found.engine.listContainers({ project: found.project.name, signal });
  await found.owner.mention(all);
  const places = new Map(found.services.map((name, place) => [name, place]));
  const placeOf = (container: ObservedContainer): number => places.get(serviceOf(container)) ?? 0;
  const jobs = all.filter((container) => isJob(container) && isNamedAsWhole(found, container));
  return [...containersIn(found, all), ...jobs].toSorted((a, b) => placeOf(a) - placeOf(b));
}

const wantedOf = ({ follow, timestamps, tail, since, until }: LogsRequest): Omit<LogOptions, 'tty'> => ({
  ...{ follow, timestamps, tail, since, until },
});

/** Its label tells without a request; what another tool made has none. */
async function hasTerminal(engine: Engine, { name, labels }: ObservedContainer, signal: AbortSignal): Promise<boolean> {
  const told = labels[LABEL.tty];
  return told === undefined ? (await engine.inspectContainer(name, { signal })).tty : told === 'true';
}

interface Reading {
  readonly writers: readonly ObservedContainer[];
  readonly request: LogsRequest;
}

async function readAll(engine: Engine, { writers, request }: Reading, control: Control): Promise<void> {
  const { signal } = control;
  const places = createLimiter(READ_AT_ONCE);
  const readOne = async (writer: ObservedContainer): Promise<void> => {
    const container = writer.name;
    try {
      const tty = await hasTerminal(engine, writer, signal);
      const stamps = request.timestamps ? { keep: true, cursor: new LogCursor() } : undefined;
      await pumpLines(container, engine.logs(container, { ...wantedOf(request), tty, signal }), control.emit, stamps);
    } catch (error) {
      // One container that cannot be read, or that has just gone, is no reason to keep the others' logs back.
      if (!hasCode(error, 'log-unreadable', 'container-not-found')) throw error;
      await control.emit({
        kind: 'warning',
        diagnostic: { ...problem(error.code, error.message), severity: 'warning' },
      });
    }
  };
  await Promise.all(writers.map((writer) => places(() => readOne(writer))));
}

async function followAll(
  engine: Engine,
  reading: Reading & { readonly project: string },
  control: Control,
): Promise<void> {
  const life = new AbortController();
  const watch = watchProject(engine, reading.project, life.signal);
  await watch.open();
  const follower = new Follower({ engine, watch, emit: control.emit, onExit: () => undefined });
  try {
    const followOne = async (writer: ObservedContainer): Promise<void> => {
      const container = writer.name;
      const tty = await hasTerminal(engine, writer, control.signal);
      const stop = new AbortController();
      const wanted = { ...wantedOf(reading.request), timestamps: true };
      const output = engine.logs(container, { ...wanted, tty, signal: stop.signal });
      follower.follow(container, tty, {
        output,
        stop,
        log: { keepStamps: reading.request.timestamps, until: wanted.until },
      });
    };
    await Promise.all(reading.writers.map(followOne));
    await raceAbort(follower.allEnded(), control.signal);
  } finally {
    await follower.abandonAll();
    life.abort();
  }
}
