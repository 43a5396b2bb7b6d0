// Has this Node's V8 compile what a command runs, and keeps it in dist/cli/main.cjs.ID.COMMAND.v8, from where bin/tsfig.js takes it:
// after the build, and wherever the package is installed, because V8 takes only what the very same V8 has compiled. Without it all
// works, 40 ms later. Each command runs in a process of its own and finds a project that is up: what is kept is what it takes when
// there is nothing to do, because that is when some milliseconds more are felt.
// Usage: node compile.mjs            all commands
//        node compile.mjs COMMAND    this one, in the project and with the engine around this process
import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEngine } from './stand-in-engine.mjs';

const tsfig = fileURLToPath(new URL('../bin/tsfig.js', import.meta.url));
const { COMMANDS, NO_COMMAND, compiledFile, load, readMain } = createRequire(import.meta.url)(tsfig);

/** The words of a command line, where the command alone would not do what it mostly does. */
const WORDS = { up: ['up', '-d'], run: ['run', '--once', 'job'], [NO_COMMAND]: ['--version'] };

const FIG = `
web: { image: web, command: run it, links: [db], ports: ["8000:80"], environment: { KEY: value } }
db: { image: db, volumes: ["data:/data", /more], healthcheck: { test: "true" } }
job: { image: job, command: work }
`;

const [command] = process.argv.slice(2);
if (command) keepCompiled(command);
else await compileAll().catch((error) => void process.stderr.write(`${error}\n`)); // an install must not fail for it

async function compileAll() {
  if (readMain() === undefined) return; // a clone that is yet to be built
  const folder = mkdtempSync(path.join(tmpdir(), 'tsfig-compile-'));
  const socket = path.join(folder, 'engine.sock');
  const { close } = await openEngine(socket);
  try {
    writeFileSync(path.join(folder, 'fig.yml'), FIG);
    const surroundings = { cwd: folder, env: { ...neutral(process.env), DOCKER_HOST: `unix://${socket}` } };
    await run([tsfig, 'up', '-d', '--no-wait'], surroundings);
    for (const one of [NO_COMMAND, ...COMMANDS]) await run([fileURLToPath(import.meta.url), one], surroundings);
  } finally {
    close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without what says which file, project or engine is meant, or what Node is to do besides. */
function neutral(env) {
  const isNeutral = ([name]) => !/^(TSFIG|COMPOSE|FIG|DOCKER|NODE)_/.test(name);
  return Object.fromEntries(Object.entries(env).filter(isNeutral));
}

function run(args, { cwd, env }) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: 'ignore', timeout: 30_000 });
  return new Promise((resolve) => child.on('error', resolve).on('close', resolve));
}

function keepCompiled(one) {
  process.argv = [process.argv[0], tsfig, ...(WORDS[one] ?? [one])];
  const source = readMain();
  const script = load(source, one);
  process.on('exit', () => {
    const file = compiledFile(source, one);
    const beside = `${file}.${process.pid}.tmp`;
    writeFileSync(beside, script.createCachedData());
    renameSync(beside, file);
  });
}
