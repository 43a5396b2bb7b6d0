// Benchmarks: tsfig beside the raw Engine API and the peers on the PATH. Every figure stands beside a reference measured in
// the same run, because machines are noisy. See docs/performance.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { aboutMachine, machineTable } from './lib/machine.mjs';
import { findPeers } from './lib/peers.mjs';
import { Session } from './lib/session.mjs';

const NAMES = ['start', 'noop', 'read', 'up20', 'up100', 'concurrency', 'health', 'once', 'logs', 'attached'];
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

const benches = await Promise.all(NAMES.map((name) => import(`./benches/${name}.mjs`)));

const help = () => `Usage: npm run bench [-- [--quick] [--json FILE] NAME…]

Measures tsfig beside the engine's own API and the other programs of its kind that are on the PATH. Prints tables in
Markdown. Needs a Docker engine that has the image busybox. Without names it runs everything.

Options:
  --quick      fewer rounds: a few minutes
  --json FILE  writes the same as JSON
  -h, --help   prints this

Names:
${benches.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}
`;

/** What the command line asks for. Throws for what it does not know. */
function readArguments() {
  const { values, positionals } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) {
    throw new Error(`there is no bench "${unknown.join('", "')}"; there are ${NAMES.join(', ')}`);
  }
  const chosen = benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { ...values, chosen };
}

/** Runs the benches one after the other. One that fails is told and ends none of the others. */
async function runAll(session, chosen) {
  for (const { name, about, run } of chosen) {
    const from = session.results.length;
    process.stdout.write(`\n## ${name}: ${about}\n`);
    try {
      await run(session);
    } catch (error) {
      process.exitCode = 1;
      session.results.push({ kind: 'failure', message: error.message });
      process.stdout.write(`\nfailed: ${error.message}\n`);
    }
    for (const result of session.results.slice(from)) result.bench = name;
  }
}

/** Nothing of a run stays, however it ends; who reads the tables may have gone, too. */
function cleanBeforeDying(session) {
  const die = (code) => void session.abort().finally(() => process.exit(code));
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      process.stderr.write(`\n${signal}: what this run has made is removed, then it ends.\n`);
      die(code);
    });
  }
  process.stdout.on('error', () => die(1));
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error.stack}\n`);
    die(1);
  });
}

async function main() {
  const { quick, json, help: wantsHelp, chosen } = readArguments();
  if (wantsHelp) return process.stdout.write(help());
  const peers = await findPeers();
  const about = await aboutMachine(peers);
  const session = new Session({ quick, peers });
  cleanBeforeDying(session);
  process.stdout.write(`${machineTable(about)}\n\nProjects of this run are called ${session.id}-1 and so on.\n`);
  try {
    await runAll(session, chosen);
  } finally {
    await session.close();
  }
  const written = { ...about, run: session.id, quick, results: session.results };
  if (json) writeFileSync(json, `${JSON.stringify(written, null, 2)}\n`);
}

await main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
