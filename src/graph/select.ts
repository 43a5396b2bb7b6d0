import { didYouMean } from '../lib/did-you-mean.js';
import { bad, good, problem, type Checked } from '../model/diagnostic.js';

type Needs = ReadonlyMap<string, readonly string[]>;

/** The services named (all when none is), checked against the project's. */
export function namedServices(all: readonly string[], named: readonly string[]): Checked<readonly string[]> {
  const known = new Set(all);
  const problems = named
    .filter((name) => !known.has(name))
    .map((name) => {
      const near = didYouMean(name, all);
      const hint = near === undefined ? `the file has: ${all.slice(0, 10).join(', ')}` : `did you mean "${near}"?`;
      return problem('no-such-service', `No such service: ${name}`, hint);
    });
  if (problems.length > 0) return bad(problems);
  return good(named.length === 0 ? all : [...new Set(named)]);
}

/** Those named and everything they need, in the order of `needs`. */
export function withNeeds(needs: Needs, named: readonly string[]): string[] {
  const wanted = new Set<string>();
  const waiting = [...named];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (wanted.has(name)) continue;
    wanted.add(name);
    waiting.push(...(needs.get(name) ?? []));
  }
  return [...needs.keys()].filter((name) => wanted.has(name));
}
