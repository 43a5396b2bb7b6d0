import type { Attachment, Engine } from '../engine/engine.js';
import { randomBytes } from 'node:crypto';
import { inspectImages } from '../apply/observe.js';
import { namedServices, withNeeds } from '../graph/select.js';
import { seconds, type Milliseconds } from '../lib/units.js';
import { good, problem, bad, type Checked } from '../model/diagnostic.js';
import { TsfigError } from '../model/errors.js';
import type { Control } from '../model/event.js';
import { oneOffName } from '../model/names.js';
import { allDone, type Outcomes, type Plan } from '../model/plan.js';
import { planRun } from '../plan/plan-one-off.js';
import type { RunWish } from '../plan/plan-run.js';
import { makeScene } from '../plan/scene.js';
import { carryOut } from './carry-out.js';
import type { ProjectRequest } from './find-file.js';
import { locked } from './locked.js';
import { look, withTargets } from './look.js';
import { imageSteps } from './make-plan.js';
import { prepare, type Prepared } from './prepare.js';
import { openSession } from './session.js';
import { inSubnetTurn } from './subnet-turn.js';
import type { Terminal } from './terminal.js';
import type { World } from './world.js';

export interface RunRequest extends ProjectRequest {
  readonly service: string;
  readonly wish: Omit<RunWish, 'name'>;
  /** Null: a name of its own. */
  readonly name: string | null;
  readonly noDeps: boolean;
  readonly detach: boolean;
  readonly remove: boolean;
  readonly build: 'missing' | 'always' | 'never';
  readonly waitLimit: Milliseconds | null;
  readonly parallel: number;
  /** Where input comes from and output goes to; not used when detached. */
  readonly terminal: Terminal;
}

export interface RunResult {
  readonly container: string;
  /** Outcomes of what had to be done before the command could run. */
  readonly outcomes: Outcomes;
  /** The command's own code; null when it was not waited for or never ran. */
  readonly exitCode: number | null;
}

/** How long the removal of a container that has ended, or the killing of one that will not end, may take. */
const REMOVE_LIMIT = seconds(30);

/** Runs one command in a new container of the service, with what the service needs started first. */
export async function run(world: World, request: RunRequest, control: Control): Promise<Checked<RunResult>> {
  const prepared = await prepare(world, request, control);
  if (!prepared.ok) return prepared;
  const named = namedServices([...prepared.value.needs.keys()], [request.service]);
  if (!named.ok) return named;
  if (request.detach && request.remove) return bad([problem('bad-usage', '--rm and -d cannot go together')]);
  const engine = await world.connectEngine(control.signal);
  const container =
    request.name ?? oneOffName(prepared.value.project.name, request.service, randomBytes(6).toString('hex'));
  const running: Running = { world, engine, prepared: prepared.value, request, container };
  const outcomes = await makeReady(running, control);
  if (!allDone(outcomes)) return good({ container, outcomes, exitCode: null });
  if (request.detach) {
    await engine.startContainer(container, { signal: control.signal });
    return good({ container, outcomes, exitCode: null });
  }
  try {
    return good({ container, outcomes, exitCode: await attached(running, control) });
  } finally {
    if (request.remove) await removeIt(running);
  }
}

interface Running {
  readonly world: World;
  readonly engine: Engine;
  readonly prepared: Prepared;
  readonly request: RunRequest;
  readonly container: string;
}

/** Everything up to the created container: images, what the service needs, the container itself. */
async function makeReady(
  { world, engine, prepared, request, container }: Running,
  control: Control,
): Promise<Outcomes> {
  const { project, needs } = prepared;
  const services = request.noDeps ? [request.service] : withNeeds(needs, [request.service]);
  const session = await openSession(engine, project.name, control, { follow: false });
  const { parallel } = request;
  try {
    return await locked(world, { engine, project: project.name }, control, async () => {
      let observed = await look(world, engine, { project, services }, control.signal);
      const images = imageSteps(prepared, services, observed, { build: request.build });
      let already: Outcomes = {};
      if (images.length > 0) {
        const first: Plan = { project: project.name, steps: images, rescues: [], unchanged: [] };
        already = await carryOut(first, session.hands, control, { parallel });
        observed = { ...observed, images: await inspectImages(engine, withTargets(project, services), control.signal) };
      }
      return inSubnetTurn(world, { engine, observed }, control, (fresh, turn) => {
        const scene = makeScene(project, fresh, { scale: {}, version: prepared.version });
        const wish = { ...request.wish, name: container };
        const plan = planRun(scene, { service: request.service, services, wish, waitLimit: request.waitLimit }, images);
        return carryOut(plan, session.hands, turn, { parallel, already });
      });
    });
  } finally {
    await session.close();
  }
}

/** Attaches before the start, so that nothing is lost, and waits for the end. */
async function attached({ engine, request, container }: Running, control: Control): Promise<number> {
  const { terminal, wish } = request;
  const life = new AbortController();
  const attachment = await engine.attach(container, { tty: wish.tty, stdin: wish.stdin, signal: life.signal });
  const connected = connect(attachment, request);
  const hang = terminal.onResize((size) => {
    if (wish.tty) engine.resizeTerminal(container, size, { signal: life.signal }).catch(() => undefined); // it may have ended
  });
  try {
    await engine.startContainer(container, { signal: control.force });
    // Asked after the start: whether it runs still or has ended already, the answer is its code.
    const exit = engine.waitContainer(container, { nextExit: false, signal: life.signal });
    hang.tell();
    const code = await endOrStop(exit, { engine, container }, control);
    await connected.outputDone;
    return code;
  } finally {
    hang.stop();
    connected.stopInput();
    attachment.close();
    life.abort();
  }
}

/** The exit code; a signal stops the container with its grace period, a second one kills it. */
async function endOrStop(
  exit: Promise<number>,
  { engine, container }: { readonly engine: Engine; readonly container: string },
  control: Control,
): Promise<number> {
  const onSignal = (): void => {
    engine.stopContainer(container, null, { signal: control.force }).catch(() => undefined); // its end tells
  };
  const onForce = (): void => {
    engine.killContainer(container, 'SIGKILL', { signal: AbortSignal.timeout(REMOVE_LIMIT) }).catch(() => undefined);
  };
  control.signal.addEventListener('abort', onSignal, { once: true });
  control.force.addEventListener('abort', onForce, { once: true });
  if (control.signal.aborted) onSignal();
  try {
    return await exit;
  } finally {
    control.signal.removeEventListener('abort', onSignal);
    control.force.removeEventListener('abort', onForce);
  }
}

interface Connected {
  readonly outputDone: Promise<void>;
  readonly stopInput: () => void;
}

function connect(attachment: Attachment, { terminal, wish }: RunRequest): Connected {
  const outputDone = passOutput(attachment, terminal);
  outputDone.catch(() => undefined); // awaited when the container has ended
  const input = wish.stdin ? passInput(attachment, terminal) : null;
  return { outputDone, stopInput: () => input?.abort() };
}

async function passOutput({ output }: Attachment, terminal: Terminal): Promise<void> {
  for await (const { stream, bytes } of output) await terminal.write(stream, bytes);
}

/** Passes input on until it ends; then the command's own input ends, and its output goes on. */
function passInput(attachment: Attachment, terminal: Terminal): AbortController {
  const stop = new AbortController();
  const passing = async (): Promise<void> => {
    for await (const bytes of terminal.input(stop.signal)) await attachment.write(bytes);
    if (!stop.signal.aborted) attachment.endInput();
  };
  passing().catch(() => undefined); // the container closed its input: it wants no more
  return stop;
}

async function removeIt({ engine, container }: Running): Promise<void> {
  try {
    await engine.removeContainer(container, true, { signal: AbortSignal.timeout(REMOVE_LIMIT) });
  } catch (error) {
    if (!(error instanceof TsfigError && error.code === 'container-not-found')) throw error;
  }
}
