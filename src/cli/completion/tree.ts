import type { Argument, Command, Option } from 'commander';

/** What completion needs to know of the program, as plain data. */
export interface Tree {
  readonly options: readonly TreeOption[];
  readonly commands: readonly TreeCommand[];
}

export interface TreeCommand {
  readonly name: string;
  readonly about: string;
  readonly options: readonly TreeOption[];
  /** What stands after the options: of each argument what it can be; the last may be meant again and again. */
  readonly values: readonly Values[];
}

export interface TreeOption {
  /** `-f` and `--file`, or one of them. */
  readonly names: readonly string[];
  readonly about: string;
  /** May be given more than once. */
  readonly repeats: boolean;
  /** Null: it takes no value. */
  readonly value: { readonly name: string; readonly values: Values } | null;
}

/** What can stand in a place. `service=` is a service with an equals sign after it. */
export type Values =
  | { readonly kind: 'anything' | 'files' | 'services' | 'service=' | 'commands' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

/** Reads the tree off the program that commander parses with, so that completion cannot know other flags than it. */
export function toTree(program: Command): Tree {
  const help = program.createHelp();
  return {
    options: help.visibleOptions(program).map(toOption),
    commands: help.visibleCommands(program).map((command) => ({
      name: command.name(),
      about: command.description(),
      options: help.visibleOptions(command).map(toOption),
      values: command.name() === 'help' ? [{ kind: 'commands' }] : command.registeredArguments.map(toValues),
    })),
  };
}

function toOption(option: Option): TreeOption {
  const name = /[<[]([^>\]]+)/.exec(option.flags)?.[1] ?? '';
  return {
    names: [option.short, option.long].filter((flag) => flag !== undefined),
    about: option.description,
    repeats: option.variadic || name.includes('='),
    value: name === '' ? null : { name, values: valuesFor(name, option.argChoices) },
  };
}

const toValues = (argument: Argument): Values => valuesFor(argument.name(), argument.argChoices);

/** What a value's name in the help says of it. */
const NAMED: Readonly<Record<string, Values>> = {
  path: { kind: 'files' },
  service: { kind: 'services' },
  'service=number': { kind: 'service=' },
};

const valuesFor = (name: string, choices: readonly string[] | undefined): Values =>
  choices ? { kind: 'words', words: choices } : (NAMED[name.toLowerCase()] ?? { kind: 'anything' });
