import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario, TSFIG } from '../support/cli.js';
import { TELLING_MEMORY, toldMegabytes } from '../support/memory.js';

/*
 * Guards, with room for a machine that does other things meanwhile: what is promised, and measured alone, is in
 * docs/performance.md. Everything is compared with something else of the same moment.
 */

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

const SERVICES = Array.from({ length: 20 }, (_none, index) => `s${index}`);
const FIG = SERVICES.map(
  (name, index) =>
    `${name}: { image: busybox, stop_signal: SIGKILL, command: sleep 600, links: [${index === 0 ? '' : `s${(index - 1) >> 2}`}] }\n`,
).join('');

/** The shortest of several runs of each, in milliseconds, taken in turn: what else goes on only makes them longer. */
function shortest(rounds: number, ...commands: readonly (readonly string[])[]): number[] {
  const times = commands.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    commands.forEach((args, index) => {
      const from = performance.now();
      const env = { ...process.env, COMPOSE_PROJECT_NAME: scenario.project };
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: scenario.directory, env });
      if (status !== 0) throw new Error(stderr.toString());
      times[index]?.push(performance.now() - from);
    });
  }
  return times.map((all) => Math.min(...all));
}

describe('the start', () => {
  it('takes little longer than that of Node itself, and no memory to speak of', async () => {
    scenario.fig(FIG);
    await scenario.ok('up', '-d');
    const commands = [['--version'], ['config'], ['ps'], ['up', '-d']];
    const [node = 0, ...ours] = shortest(11, ['-e', '0'], ...commands.map((words) => [TSFIG, ...words]));
    // Alone: 1.2, 1.45, 1.55 and 1.75; without the code that V8 compiled before, 0.8 more.
    const most = [1.7, 2.05, 2.2, 2.45];
    ours.forEach((time, index) => expect(time / node, commands[index]?.join(' ')).toBeLessThan(most[index] ?? 0));
    for (const words of commands) {
      const { stderr } = await scenario.run(words, { env: TELLING_MEMORY });
      expect(toldMegabytes(stderr), words.join(' ')).toBeLessThan(75);
    }
  });
});

describe('a large file', () => {
  const many = (count: number, needs: (index: number) => number): string =>
    Array.from(
      { length: count },
      (_none, index) => `s${index}: { image: busybox, links: [${index === 0 ? '' : `s${needs(index)}`}] }\n`,
    ).join('');

  it.each([
    ['a tree', (index: number) => (index - 1) >> 2],
    ['a chain', (index: number) => index - 1],
  ])('of 10,000 services in %s is read, checked and put in order in ten times the time of 1,000', (_title, needs) => {
    scenario.write('small.yml', many(1000, needs));
    scenario.write('large.yml', many(10_000, needs));
    const config = (file: string): string[] => [TSFIG, '-f', file, 'config', '-q'];
    const [start = 0, small = 0, large = 0] = shortest(
      3,
      [TSFIG, '--version'],
      config('small.yml'),
      config('large.yml'),
    );
    expect((large - start) / (small - start)).toBeLessThan(12);
  });

  it('of 1,000 services is planned in less time than it is read', async () => {
    scenario.fig(many(1000, (index) => index - 1));
    const [read = 0, planned = 0] = shortest(3, [TSFIG, 'config', '-q'], [TSFIG, 'plan']);
    expect(planned - read).toBeLessThan(read);
    await scenario.ok('config', '-q');
  });
});
