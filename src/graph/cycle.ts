import type { Diagnostic } from '../model/diagnostic.js';
import type { Dependency } from '../model/project.js';

type Needs = ReadonlyMap<string, readonly Dependency[]>;

const VERB: Readonly<Record<Dependency['because'], string>> = {
  links: 'links to',
  volumes_from: 'mounts the volumes of',
  net: 'uses the network of',
};

/** One problem for each knot of services that need each other, told all the way round with the line of each need. */
export function findCycles(needs: Needs, sourceLine: (line: number) => string | null): Diagnostic[] {
  return cycles(needs).map((cycle) => {
    const at = cycle[0]?.need.at ?? null;
    return {
      severity: 'error',
      code: 'cycle',
      message: cycleToText(cycle),
      at,
      source: at && sourceLine(at.line),
      hint:
        cycle.length === 1 ? 'take it out' : 'take one of them out, so that there is a service that can start first',
    };
  });
}

interface Edge {
  readonly from: string;
  readonly need: Dependency;
}

function cycleToText(cycle: readonly Edge[]): string {
  const first = cycle[0];
  if (!first) return '';
  if (cycle.length === 1) return `${first.from} ${VERB[first.need.because]} itself`;
  const parts = cycle.map(({ need }) => `${VERB[need.because]} ${need.on} (line ${need.at.line})`);
  return `services need each other in a circle: ${first.from} ${parts.join(', which ')}`;
}

interface Visit {
  readonly name: string;
  readonly left: Dependency[];
  readonly via: Edge | null;
}

/** Depth-first with a stack of our own, because chains can be longer than the call stack. */
function cycles(needs: Needs): Edge[][] {
  const found: Edge[][] = [];
  const entered = new Set<string>();
  const path: Visit[] = [];
  const onPath = new Map<string, number>();
  const enter = (name: string, via: Edge | null): void => {
    if (entered.has(name)) return;
    entered.add(name);
    onPath.set(name, path.length);
    path.push({ name, left: [...(needs.get(name) ?? [])].reverse(), via });
  };
  for (const root of needs.keys()) {
    enter(root, null);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const need = top.left.pop();
      if (!need) onPath.delete(path.pop()?.name ?? '');
      else if (onPath.has(need.on))
        addCycle(found, path.slice((onPath.get(need.on) ?? 0) + 1), { from: top.name, need });
      else if (needs.has(need.on)) enter(need.on, { from: top.name, need });
    }
  }
  return found;
}

/** A second way round through the same services is the same knot: once is enough. */
function addCycle(found: Edge[][], inside: readonly Visit[], last: Edge): void {
  const cycle = [...inside.flatMap(({ via }) => via ?? []), last];
  const names = new Set(cycle.map(({ from }) => from));
  if (!found.some((other) => other.some(({ from }) => names.has(from)))) found.push(cycle);
}
