import { Follower, type Exit } from '../apply/follow-logs.js';
import type { Hands } from '../apply/hands.js';
import { watchProject } from '../apply/watch.js';
import type { Engine } from '../engine/engine.js';
import { abortable } from '../lib/deadline.js';
import type { Control } from '../model/event.js';
import type { Plan } from '../model/plan.js';
import type { PlanInput } from '../plan/plan-input.js';

/** What lasts from the first step of an `up` to its end: the watch on the engine's events and the followed output. */
export interface Session {
  readonly hands: Hands;
  /** The last input planned from. */
  input: PlanInput | null;
  readonly exits: readonly Exit[];
  /** Says which containers the plan attaches to. */
  announce(plan: Plan): Promise<void>;
  /** Lets go of those for which `keep` is false. */
  abandonAllBut(keep: (container: string) => boolean): Promise<void>;
  /** Resolves when all followed containers have ended, with `first` when one has, or when the signal aborts. */
  untilEnd(first: boolean, signal: AbortSignal): Promise<void>;
  /** From now on what is stopped is not going to be started again. */
  expectEnds(): void;
  /** Resolves when all followed containers have ended. */
  allEnded(): Promise<void>;
  /** Names of the containers of `web`, or of `web@2`. */
  containersOf(named: string): string[];
  close(): Promise<void>;
}

export async function openSession(
  engine: Engine,
  project: string,
  control: Control,
  { follow }: { readonly follow: boolean },
): Promise<Session> {
  const life = new AbortController();
  const watch = watchProject(engine, project, life.signal);
  if (follow) await watch.open();
  const exits: Exit[] = [];
  let tellFirst: () => void = () => undefined;
  const firstExit = new Promise<void>((resolve) => (tellFirst = resolve));
  const onExit = (exit: Exit): void => {
    exits.push(exit);
    tellFirst();
  };
  const follower = new Follower({ engine, watch, emit: control.emit, onExit });
  const announced = new Set<string>();
  const session: Session = {
    hands: follow ? { engine, watch, follower } : { engine, watch },
    input: null,
    exits,
    async announce({ steps }) {
      const attached = steps.flatMap((step) => (step.kind === 'attach-container' ? [step.container.name] : []));
      const fresh = attached.filter((container) => !announced.has(container));
      fresh.forEach((container) => announced.add(container));
      if (fresh.length > 0) await control.emit({ kind: 'attached', project, containers: fresh });
    },
    async abandonAllBut(keep) {
      await Promise.all(follower.containers.filter((name) => !keep(name)).map((name) => follower.abandon(name)));
    },
    async untilEnd(first, signal) {
      const ends = first ? Promise.race([firstExit, follower.allEnded()]) : follower.allEnded();
      await abortable(ends, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
    expectEnds: () => follower.expectEnds(),
    allEnded: () => follower.allEnded(),
    containersOf: (named) => (session.input ? containersIn(session.input, named) : []),
    async close() {
      await follower.abandonAll();
      life.abort();
    },
  };
  return session;
}

function containersIn({ replicas }: PlanInput, named: string): string[] {
  const [service = '', number] = named.split('@');
  const all = replicas.wanted.get(service) ?? [];
  return all.filter((replica) => number === undefined || replica.number === Number(number)).map(({ name }) => name);
}
