import type { Engine } from '../engine/engine.js';
import { pause, raceAbort, withTimeout } from '../lib/deadline.js';
import { durationToText, ms, seconds, type Milliseconds } from '../lib/units.js';
import { TsfigError } from '../model/errors.js';
import type { ContainerDetails } from '../model/observed.js';
import type { ContainerHandle } from '../model/replica.js';
import type { ContainerWatch } from './step-dependencies.js';
import { lastLines } from './last-lines.js';
import { LifeWatch } from './watch-life.js';

/** Lines of a container's log that are shown when it did not get ready. */
const SHOWN_LINES = 5;

interface Waiting {
  readonly engine: Engine;
  readonly watch: ContainerWatch;
  readonly container: ContainerHandle;
}

/** The engine counts a life that lasted this long as a good one (moby: restartmanager); so do we. */
const GOOD_LIFE = seconds(10);

/**
 * Resolves when the container is ready: healthy, or running when it has no health check. Follows the engine's events and
 * looks after each, and once after it has begun to listen, so that no change falls between. While the engine restarts it
 * (its policy says so) it is waited for; without a health check it is ready then when a life has lasted.
 * Throws `container-exited` and `container-unhealthy` at once, with the last lines of its log, `deadline-passed` after
 * `limit`, and `container-not-found` when it goes away.
 */
export async function waitReady(waiting: Waiting, limit: Milliseconds, signal: AbortSignal): Promise<void> {
  const seen: Seen = { last: null };
  try {
    await withTimeout(
      limit,
      () => late(waiting, limit, seen),
      signal,
      (inner) => untilReady(waiting, seen, inner),
    );
  } catch (error) {
    throw await withLastWords(error, waiting);
  }
}

interface Seen {
  last: ContainerDetails | null;
}

function late({ container }: Waiting, limit: Milliseconds, { last }: Seen): TsfigError {
  const restarts = last !== null && last.restartCount > 0;
  const why = restarts ? `; it was restarted ${last.restartCount} times, last after code ${last.exitCode}` : '';
  return new TsfigError('deadline-passed', `${container.name} was not ready after ${durationToText(limit)}${why}`, {
    hint: '--wait-timeout gives it more time, --no-wait starts without waiting',
  });
}

async function untilReady({ engine, watch, container }: Waiting, seen: Seen, signal: AbortSignal): Promise<void> {
  await raceAbort(watch.open(), signal);
  const lifeWatch = new LifeWatch(watch, container.name, false);
  try {
    for (;;) {
      const next = lifeWatch.nextNews();
      const details = await engine.inspectContainer(container, { signal });
      seen.last = details;
      lifeWatch.life.onLook(details);
      const missing = lifeWatch.life.isAlive ? missingToReady(details) : 'news';
      if (missing === null) return;
      const verdict = whyNever(details);
      if (verdict) throw verdict;
      const own = new AbortController(); // ends the pause with the wait
      const time = missing === 'news' ? [] : [pause(missing, own.signal).catch(() => undefined)];
      await raceAbort(Promise.race([next, watch.broken, ...time]), signal).finally(() => own.abort());
      if (lifeWatch.life.isHealthy) return;
    }
  } finally {
    lifeWatch.close();
  }
}

/** Null: nothing. Otherwise what it takes until it may be: news, or so much time without any. */
function missingToReady(details: ContainerDetails): 'news' | Milliseconds | null {
  const { health, state, restartCount, startedAt } = details;
  if (health !== 'none') return health === 'healthy' ? null : 'news';
  if (state !== 'running') return 'news';
  if (restartCount === 0 || startedAt === null) return null;
  const lasts = Date.now() - Date.parse(startedAt);
  return lasts >= GOOD_LIFE ? null : ms(Math.min(GOOD_LIFE, GOOD_LIFE - lasts));
}

function whyNever({ name, state, health, exitCode }: ContainerDetails): TsfigError | null {
  if (state === 'exited' || state === 'dead') return exited(name, exitCode);
  // The engine calls what has just died unhealthy, too; then its state counts.
  return state === 'running' && health === 'unhealthy' ? unhealthy(name) : null;
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
  const last = await lastLines(engine, container, { tty, count: SHOWN_LINES, signal });
  return [...probe, ...last.map((line) => `${container.name} | ${line}`)];
}
