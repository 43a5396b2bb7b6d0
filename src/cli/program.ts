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
import { environmentHelp } from './help.js';
import { collect, readCount } from './values.js';

/** By use, in the order in which `--help` lists them. What a command needs to work is imported when it runs. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, Register>>>> = {
  'Everyday commands': { up: registerUp, run: registerRun, ps: registerPs, logs: registerLogs, down: registerDown },
  Containers: {
    stop: registerStop,
    start: registerStart,
    restart: registerRestart,
    kill: registerKill,
    rm: registerRm,
  },
  Images: { build: registerBuild, pull: registerPull },
  'Look before and wait after': { config: registerConfig, plan: registerPlan, ready: registerReady },
  'Set-up': { units: registerUnits, completion: registerCompletion, version: registerVersion },
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
    .optionsGroup('Options, before the command:')
    .helpOption('-h, --help', 'print this, or with a command its options and examples')
    .configureHelp({ subcommandTerm: (command) => command.name() })
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
    .option('--no-color', 'no colors, even on a terminal (NO_COLOR does the same)')
    .addHelpText('after', environmentHelp)
    .addHelpText(
      'after',
      examples(
        'tsfig up                  everything, logs together; Ctrl-C stops it again',
        'tsfig up -d seyren        one service and what it needs',
        'tsfig run web sh          one command in a new container of a service',
        'tsfig plan                what up would do, and why',
      ),
    );
  const given = givenCommand(program, words);
  for (const [group, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(`${group}:`);
    for (const [name, register] of Object.entries(commands)) {
      if (given === undefined || given === name) register(program, run);
    }
  }
  return program.helpCommand('help [command]', 'print the options and examples of a command');
}

/** The command that the words name. Undefined where all are needed: an unknown one is compared with them, completion lists them. */
function givenCommand({ options }: Command, words: readonly string[]): string | undefined {
  const takesValue = (word: string): boolean =>
    options.some(({ short, long, required }) => required && (word === short || word === long));
  const given = words.find((word, at) => !word.startsWith('-') && !takesValue(words[at - 1] ?? ''));
  const isKnown = given !== undefined && Object.values(GROUPS).some((commands) => Object.hasOwn(commands, given));
  return isKnown && given !== 'completion' ? given : undefined;
}
