import type { Engine } from '../engine/engine.js';
import { abortable, within } from '../lib/deadline.js';
import { LineCutter } from '../lib/lines.js';
import { durationToText, type Milliseconds } from '../lib/units.js';
import { TsfigError } from '../model/errors.js';
import type { ContainerDetails } from '../model/observed.js';
import type { ContainerHandle } from '../model/replica.js';
import type { ContainerNews, ContainerWatch } from './hands.js';

/** Lines of a container's log that are shown when it did not get ready. */
const SHOWN_LINES = 5;

interface Waiting {
  readonly engine: Engine;
  readonly watch: ContainerWatch;
  readonly container: ContainerHandle;
}

/**
 * Resolves when the container is ready: healthy, or running when it has no health check. Follows the engine's events and
 * looks once, after it has begun to listen, so that no change falls between the two.
 * Throws `container-exited` and `container-unhealthy` at once, with the last lines of its log, `deadline-passed` after
 * `limit`, and `container-not-found` when it goes away.
 */
export async function waitReady(waiting: Waiting, limit: Milliseconds, signal: AbortSignal): Promise<void> {
  const late = (): Error =>
    new TsfigError('deadline-passed', `${waiting.container.name} was not ready after ${durationToText(limit)}`, {
      hint: '--wait-timeout gives it more time, --no-wait starts without waiting',
    });
  try {
    await within(limit, late, signal, (inner) => untilReady(waiting, inner));
  } catch (error) {
    throw await withLastWords(error, waiting);
  }
}

async function untilReady({ engine, watch, container }: Waiting, signal: AbortSignal): Promise<void> {
  await abortable(watch.open(), signal);
  let stop: () => void = () => undefined;
  const told = new Promise<void>((resolve, reject) => {
    stop = watch.listen((news) => {
      if (news.id === container.id) settle({ ...news, container: container.name }, resolve, reject);
    });
  });
  told.catch(() => undefined); // bad news may come while nobody waits for it yet; then the look tells the same
  try {
    const details = await engine.inspectContainer(container, { signal });
    if (isReady(details)) return;
    const verdict = whyNever(details);
    if (verdict) throw verdict;
    await abortable(Promise.race([told, watch.broken]), signal);
  } finally {
    stop();
  }
}

function settle(news: ContainerNews, resolve: () => void, reject: (error: Error) => void): void {
  const { container } = news;
  if (news.kind === 'healthy') resolve();
  if (news.kind === 'unhealthy') reject(unhealthy(container));
  if (news.kind === 'died') reject(exited(container, news.exitCode ?? 0));
  if (news.kind === 'gone') {
    reject(new TsfigError('container-not-found', `${container} was removed while it was awaited`));
  }
}

const isReady = ({ health, state }: ContainerDetails): boolean =>
  health === 'healthy' || (health === 'none' && state === 'running');

function whyNever({ name, state, health, exitCode }: ContainerDetails): TsfigError | null {
  if (state === 'exited' || state === 'dead') return exited(name, exitCode);
  return health === 'unhealthy' ? unhealthy(name) : null;
}

const exited = (name: string, code: number): TsfigError =>
  new TsfigError('container-exited', `${name} ended with code ${code} before it was ready`);

const unhealthy = (name: string): TsfigError => new TsfigError('container-unhealthy', `${name} is unhealthy`);

/** The same error with what the container's health check and its log said last under its message. */
async function withLastWords(error: unknown, { engine, container }: Waiting): Promise<unknown> {
  if (!(error instanceof TsfigError) || error.code === 'interrupted') return error;
  const words = await lastWords(engine, container).catch(() => []); // they are a courtesy: the error counts
  const message = [error.message, ...words.map((line) => `  ${line}`)].join('\n');
  return new TsfigError(error.code, message, { hint: error.hint, cause: error });
}

async function lastWords(engine: Engine, container: ContainerHandle): Promise<string[]> {
  const signal = AbortSignal.timeout(5000);
  const { tty, health, lastProbe } = await engine.inspectContainer(container, { signal });
  const probe = health !== 'healthy' && lastProbe ? [`its health check says: ${lastProbe.trim()}`] : [];
  const cutter = new LineCutter(1000);
  const lines: string[] = [];
  const wanted = { tty, follow: false, timestamps: false, tail: SHOWN_LINES, since: null, until: null };
  for await (const { bytes } of engine.logs(container, { ...wanted, signal })) lines.push(...cutter.push(bytes));
  const rest = cutter.end();
  const last = [...lines, ...(rest === undefined ? [] : [rest])].slice(-SHOWN_LINES);
  return [...probe, ...last.map((line) => `${container.name} | ${line}`)];
}
