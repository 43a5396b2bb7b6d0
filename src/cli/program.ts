import { Command, Option } from 'commander';
import { examples, type Register, type Run } from './command.js';
import { registerBuild } from './commands/build.js';
import { registerCompletion } from './commands/completion.js';
import { registerConfig } from './commands/config.js';
import { registerDown } from './commands/down.js';
import { registerKill } from './commands/kill.js';
import { registerLogs } from './commands/logs.js';
import { registerPlan } from './commands/plan.js';
import { registerPs } from './commands/ps.js';
import { registerPull } from './commands/pull.js';
import { registerReady } from './commands/ready.js';
import { registerRestart } from './commands/restart.js';
import { registerRm } from './commands/rm.js';
import { registerRun } from './commands/run.js';
import { registerStart } from './commands/start.js';
import { registerStop } from './commands/stop.js';
import { registerUp } from './commands/up.js';
import { registerUnits } from './commands/units.js';
import { registerVersion } from './commands/version.js';
import { withAdvice } from './elsewhere.js';
import { collect, readCount } from './values.js';

/** In the order in which `--help` lists them. What a command needs to work is imported when it runs. */
const COMMANDS: Readonly<Record<string, Register>> = {
  up: registerUp,
  run: registerRun,
  ps: registerPs,
  logs: registerLogs,
  stop: registerStop,
  start: registerStart,
  restart: registerRestart,
  kill: registerKill,
  rm: registerRm,
  down: registerDown,
  build: registerBuild,
  pull: registerPull,
  plan: registerPlan,
  ready: registerReady,
  config: registerConfig,
  units: registerUnits,
  completion: registerCompletion,
  version: registerVersion,
};

/** The options that stand before the command. */
export interface GlobalOptions {
  readonly file?: readonly string[];
  readonly projectName?: string;
  readonly parallel?: number;
  readonly progress: 'auto' | 'tty' | 'plain' | 'json' | 'quiet';
  /** False with `--no-color`. */
  readonly color: boolean;
}

/**
 * The program with every command; with `words`, the command line, with the one that they name alone, because making all of
 * them takes longer than most of them have to do.
 */
export function makeProgram(version: string, run: Run, words: readonly string[] = []): Command {
  const program = new Command('tsfig')
    .description('Brings a project of containers up on one Docker host from one file, fig.yml.')
    .usage('[options] COMMAND [arguments]')
    .enablePositionalOptions()
    .configureOutput({ outputError: (message, write) => write(withAdvice(message)) })
    .showHelpAfterError('(tsfig --help lists commands and options)')
    .version(`tsfig ${version}`, '-v, --version', 'print the version')
    .option('-f, --file <path>', 'the project file; - reads standard input (default: fig.yml here or above)', collect)
    .option('-p, --project-name <name>', 'the project name (default: the name of the directory of the file)')
    .option('--parallel <number>', 'how many containers to work on at a time', readCount)
    .addOption(
      new Option('--progress <how>', 'how progress is shown')
        .choices(['auto', 'tty', 'plain', 'json', 'quiet'])
        .default('auto'),
    )
    .option('--no-color', 'no colours, even on a terminal (NO_COLOR does the same)')
    .addHelpText(
      'after',
      examples(
        'tsfig up                  everything, logs together; Ctrl-C stops it again',
        'tsfig up -d seyren        one service and what it needs',
        'tsfig run web sh          one command in a new container of a service',
        'tsfig plan                what up would do, and why',
      ),
    );
  for (const name of commandsFor(program, words)) COMMANDS[name]?.(program, run);
  return program;
}

/** What is not a command's name is compared with all of them, and completion tells of all. */
function commandsFor({ options }: Command, words: readonly string[]): string[] {
  const takesValue = (word: string): boolean =>
    options.some(({ short, long, required }) => required && (word === short || word === long));
  const given = words.find((word, at) => !word.startsWith('-') && !takesValue(words[at - 1] ?? ''));
  const isAlone = given !== undefined && Object.hasOwn(COMMANDS, given) && given !== 'completion';
  return isAlone ? [given] : Object.keys(COMMANDS);
}
