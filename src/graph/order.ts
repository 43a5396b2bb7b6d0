import toposort from 'toposort'; // saves writing the everyday case; its order is the one Fig had

/** What each node needs, by name; nodes in file order. Every need must be a node, and there must be no cycle. */
export type Needs = ReadonlyMap<string, readonly string[]>;

/**
 * Deepest chain of needs that toposort is trusted with: it is recursive and overflows the stack at a chain of 10,000
 * (toposort 2.0.2, Node 20).
 */
const TOPOSORT_DEPTH = 1000;

/** Every node after what it needs; file order among those that have nothing to do with each other. */
export function startOrder(needs: Needs): string[] {
  if (depth(needs) > TOPOSORT_DEPTH) return deepOrder(needs);
  const edges: [string, string][] = [];
  for (const [name, targets] of needs) for (const target of targets) edges.push([target, name]);
  return toposort.array([...needs.keys()], edges);
}

/** The order of `startOrder` by a stack of our own: dependents first, from the last node of the file backwards. */
export function deepOrder(needs: Needs): string[] {
  const dependents = dependentsOf(needs);
  const entered = new Set<string>();
  const backwards: string[] = [];
  const stack: { readonly name: string; readonly left: string[] }[] = [];
  const enter = (name: string): void => {
    if (entered.has(name)) return;
    entered.add(name);
    stack.push({ name, left: [...(dependents.get(name) ?? [])] });
  };
  for (const root of [...needs.keys()].reverse()) {
    enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.left.pop();
      if (next === undefined) backwards.push(stack.pop()?.name ?? '');
      else enter(next);
    }
  }
  return backwards.reverse();
}

/** Who needs each node; in file order. */
export function dependentsOf(needs: Needs): Map<string, string[]> {
  const dependents = new Map<string, string[]>([...needs.keys()].map((name) => [name, []]));
  for (const [name, targets] of needs) for (const target of targets) dependents.get(target)?.push(name);
  return dependents;
}

/** Length of the longest chain of needs, counted in steps; found level by level, without recursion. */
function depth(needs: Needs): number {
  const dependents = dependentsOf(needs);
  const missing = new Map([...needs].map(([name, targets]) => [name, targets.length]));
  let level = [...needs.keys()].filter((name) => missing.get(name) === 0);
  let levels = 0;
  while (level.length > 0) {
    levels += 1;
    const next: string[] = [];
    for (const dependent of level.flatMap((name) => dependents.get(name) ?? [])) {
      const left = (missing.get(dependent) ?? 0) - 1;
      missing.set(dependent, left);
      if (left === 0) next.push(dependent);
    }
    level = next;
  }
  return levels;
}
