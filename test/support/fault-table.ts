import { isDeepStrictEqual } from 'node:util';
import type { Ended, Running } from './cli.js';
import { Scenario } from './cli.js';
import { EngineProxy, isChange, type ProxiedRequest } from './engine-proxy.js';
import { untilNextWish } from './eventually.js';
import { FAULTS, type Fault } from './fault.js';
import { Leftovers, type Amount } from './leftovers.js';

/** A command that must survive a fault at any of its requests. */
export interface Row {
  readonly name: string;
  /** Makes what is there before the command runs; done anew for every fault. */
  readonly arrange: (scenario: Scenario) => Promise<void>;
  readonly command: readonly string[];
  /** Its exit code when tsfig could not do it. */
  readonly failure: number;
  /** Throws unless all is as the command must leave it when it ends with 0. */
  readonly check: (scenario: Scenario, ended: Ended) => Promise<void>;
  /** The same for what only a run from the arranged state must show: the plain run meets what the other one has begun. */
  readonly checkOutput?: (ended: Ended) => void;
}

/** One kind of fault, to be met at one request after the other. */
export type Series = Pick<Fault, 'kind' | 'when'>;

/** What became of one row and one series. */
export interface Result {
  readonly row: string;
  readonly series: Series;
  /** Ends of the command that met the fault. */
  readonly ends: { done: number; failed: number; killed: number };
  /** What should not have been, with the place of the fault. */
  readonly wrong: string[];
}

export const SERIES: readonly Series[] = FAULTS.flatMap((kind): Series[] =>
  kind === 'half'
    ? [{ kind, when: 'after' }]
    : [
        { kind, when: 'before' },
        { kind, when: 'after' },
      ],
);

/** A command that has not ended by then hangs. */
const LIMIT_MS = 45_000;

/** A run of a row's command that met no fault. */
export interface Faultless {
  readonly requests: readonly ProxiedRequest[];
  /** What the project has after it. */
  readonly amount: Amount;
}

export async function runFaultless(row: Row): Promise<Faultless> {
  return inScenario(async (scenario, leftovers) => {
    await row.arrange(scenario);
    const proxy = await EngineProxy.open();
    const ended = await scenario.run(row.command, { env: proxy.env });
    await proxy.close();
    if (ended.code !== 0) throw new Error(`without a fault it ends with ${ended.code}\n${ended.stdout}${ended.stderr}`);
    await row.check(scenario, ended);
    row.checkOutput?.(ended);
    return { requests: proxy.requests, amount: await leftovers.count() };
  });
}

export const newResult = (row: Row, series: Series): Result => ({
  row: row.name,
  series,
  ends: { done: 0, failed: 0, killed: 0 },
  wrong: [],
});

/** How many requests of the faultless run count for a series. A run with faults may have some more or fewer: steps go side by side. */
export const countRequests = ({ requests }: Faultless, series: Series): number =>
  requests.filter((request) => counts(series, request)).length;

/**
 * One fault: the row is arranged, its command meets the fault at its `n`-th request that counts (from 1), and is run
 * once more. False when the command ran through without meeting it.
 */
export async function tryFault(row: Row, n: number, result: Result, { amount }: Faultless): Promise<boolean> {
  const { series } = result;
  const report = (at: string, text: string): void => {
    result.wrong.push(`${row.name}, ${series.kind} ${series.when} request ${n}${at}: ${text}`);
  };
  try {
    return await inScenario(async (scenario, leftovers) => {
      await row.arrange(scenario);
      const before = new Set((await scenario.containers()).map(({ Id }) => Id));
      const { at, ...end } = await meetFault(scenario, row.command, { ...series, n });
      if (at === null) return false;
      result.ends[endOf(end)] += 1;
      const wrong = await findWrong(row, { series, scenario, leftovers, amount, before, end });
      for (const text of wrong) report(`, ${at}`, text);
      return true;
    });
  } catch (error) {
    report('', String(error));
    return false;
  }
}

async function inScenario<T>(work: (scenario: Scenario, leftovers: Leftovers) => Promise<T>): Promise<T> {
  const scenario = new Scenario();
  const leftovers = await Leftovers.watch(scenario);
  try {
    return await work(scenario, leftovers);
  } finally {
    await scenario.clean();
    await leftovers.clean();
  }
}

/** How a run ended, and what it printed until then. `hangs`: it had to be killed, or somebody else did so. */
interface End {
  readonly ended: Ended | 'killed' | 'hangs';
  readonly output: string;
}

interface Faulted extends End {
  /** The request that met the fault; null when there was none. */
  readonly at: string | null;
}

/** Runs the command until its `n`-th request meets the fault, and on to its end. */
async function meetFault(
  scenario: Scenario,
  command: readonly string[],
  { kind, when, n }: Series & { readonly n: number },
): Promise<Faulted> {
  const proxy = await EngineProxy.open();
  let running: Running | null = null;
  const met: { at: string | null } = { at: null };
  let seen = 0;
  proxy.onRequest = (request) => {
    if (!counts({ kind, when }, request) || ++seen !== n) return 'pass';
    met.at = `${request.method} ${request.path}`.replaceAll(scenario.project, 'P').replaceAll(/[0-9a-f]{64}/g, 'ID');
    return {
      ...{ kind, when },
      kill: () => running?.child.kill('SIGKILL'),
      insist: () => running && void insist(running),
    };
  };
  running = scenario.start(command, { env: proxy.env });
  const { ended, output } = await endWithin(running);
  await proxy.close();
  const isMeant = kind === 'kill' && met.at !== null;
  return { ...met, ended: ended === 'hangs' && isMeant ? 'killed' : ended, output };
}

/** How long tsfig may take to end after the second signal, whatever the engine answers; beside other tests, longer. */
const LEAVE_LIMIT_MS = process.env['TSFIG_FAULTS'] === 'all' ? 5000 : 20_000;

/** Two signals to a command that waits for an answer; it is killed when it does not end in time after the second. */
async function insist({ child, ended }: Running): Promise<void> {
  child.kill('SIGINT');
  await untilNextWish();
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), LEAVE_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}

async function endWithin({ child, ended, output }: Running): Promise<End> {
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const end = await ended;
  clearTimeout(timer);
  return { ended: child.signalCode === 'SIGKILL' ? 'hangs' : end, output: output() };
}

/** The command once more, on the engine itself. */
async function runPlainly(scenario: Scenario, command: readonly string[]): Promise<Ended> {
  const { ended, output } = await endWithin(scenario.start(command));
  if (typeof ended === 'object' && ended.code === 0) return ended;
  throw new Error(`${typeof ended === 'object' ? `ends with ${ended.code}` : ended}\n${output}`);
}

/**
 * Where the engine is only asked, nobody can tell whether it has heard of a request that is answered wrongly: one series
 * of two is enough. `half` needs an answer.
 */
const counts = ({ kind, when }: Series, request: ProxiedRequest): boolean =>
  when === 'before' || kind === 'half' || isChange(request) || /^\/events$|\/logs$/.test(request.path);

const endOf = ({ ended }: End): keyof Result['ends'] => {
  if (typeof ended !== 'object') return 'killed';
  return ended.code === 0 ? 'done' : 'failed';
};

interface Case {
  readonly series: Series;
  readonly scenario: Scenario;
  readonly leftovers: Leftovers;
  readonly amount: Amount;
  /** The ids of the containers there were before the command. */
  readonly before: ReadonlySet<string>;
  readonly end: End;
}

/** The exit code of the run that met the fault, then one plain run, then what there is. */
async function findWrong(row: Row, met: Case): Promise<string[]> {
  const { series, scenario, leftovers, amount, end } = met;
  const wrong: string[] = [];
  const checkAmount = async (): Promise<void> => {
    const left = await leftovers.count();
    if (isDeepStrictEqual(left, amount)) return;
    throw new Error(`there is ${JSON.stringify(left)} instead of ${JSON.stringify(amount)}`);
  };
  const expect = async (what: string, look: () => Promise<void>): Promise<void> => {
    await look().catch((error: unknown) => void wrong.push(`${what}: ${String(error)}`));
  };
  const { ended } = end;
  const said = `\n${end.output}`;
  if (ended === 'hangs') wrong.push(`hangs${said}`);
  else if (ended !== 'killed') {
    const { code, stderr } = ended;
    // What it says it has left is left to the next run.
    const leaves = stderr.includes('could not be removed, and is left as');
    if (code === 0)
      await expect(`ends with 0, but${said}`, async () => {
        if (leaves) return;
        await row.check(scenario, ended);
        row.checkOutput?.(ended);
        await checkAmount();
      });
    else if (series.kind === 'hold' && LEFT_CODES.has(code))
      await expect(`ends with ${code}, but`, () => namesWhatRuns(row, met, stderr));
    else if (code !== row.failure) wrong.push(`ends with ${code}${said}`);
    else if (series.kind === 'delay') wrong.push(`ends with ${code} for a delay${said}`);
    else if (stderr.trim() === '') wrong.push(`ends with ${code} and does not say why${said}`);
    if (/^ +at .+:\d+:\d+/m.test(stderr)) wrong.push(`shows a stack trace${said}`);
  }
  await expect(`the plain run after it; the one with the fault printed${said}`, async () => {
    const ended = await runPlainly(scenario, row.command);
    const check = async (): Promise<void> => {
      await row.check(scenario, ended);
      await checkAmount();
    };
    await check().catch((error: unknown) => {
      throw new Error(`${String(error)}\n${ended.stdout}${ended.stderr}`, { cause: error });
    });
  });
  return wrong;
}

/** After Ctrl-C; of a job, its own code after a stop or a kill. */
const LEFT_CODES: ReadonlySet<number> = new Set([130, 137, 143]);

/** What runs when tsfig was left by two signals ran before, is what a job needs, or is named. */
async function namesWhatRuns(row: Row, { scenario, before }: Case, stderr: string): Promise<void> {
  const isMeant = (name: string): boolean => row.command[0] !== 'run' || name.endsWith('_once');
  const running = (await scenario.containers()).filter(({ Id, State }) => State === 'running' && !before.has(Id));
  const unnamed = running.map(({ Names }) => (Names[0] ?? '').slice(1)).filter((name) => !stderr.includes(name));
  const silent = unnamed.filter(isMeant);
  if (silent.length > 0) throw new Error(`it does not say that ${silent.join(', ')} may run\n${stderr}`);
}

/** Markdown. */
export function tableToText(results: readonly Result[]): string {
  const lines = results.flatMap(({ row, series, ends, wrong }) => {
    const { done, failed, killed } = ends;
    const points = done + failed + killed;
    if (points === 0 && wrong.length === 0) return [];
    const verdict = wrong.length === 0 ? 'repaired' : `**${wrong.length} wrong**`;
    return `| ${[row, `${series.kind} ${series.when}`, points, done, failed, killed, verdict].join(' | ')} |`;
  });
  const head = ['command', 'fault', 'requests', 'ended 0', 'failed', 'killed', 'after one plain run'];
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...lines, ''].join('\n');
}
