import type { Tree, TreeOption, Values } from './tree.js';

/** A script for fish 3; `tsfig completion fish > ~/.config/fish/completions/tsfig.fish` loads it when it is needed. */
export const fishScript = (tree: Tree): string => `# Completion of tsfig for fish: tsfig completion fish | source
# Prints the command, how many arguments stand after it, and -f and -p with their values; one a line.
function __tsfig_words
    set -l command ''
    set -l place 0
    set -l project
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch "$command $words[1]"
            case ${projectOptions(tree)}
                set -q words[2]; and set -a project $words[1] $words[2]
                set -e words[1]
            case ${otherOptions(tree)}
                set -e words[1]
            case '* -*'
            case '*'
                if test -z "$command"
                    set command $words[1]
                else
                    set place (math $place + 1)
                end
        end
        set -e words[1]
    end
    printf '%s\\n' "$command" $place $project
end

# Is this the command and, when a number follows, are there that many arguments after it?
function __tsfig_in
    set -l found (__tsfig_words)
    test "$found[1]" = "$argv[1]"; and test (count $argv) -lt 2 -o "$found[2]" = "$argv[2]"
end

function __tsfig_services
    set -l found (__tsfig_words)
    tsfig $found[3..] config --services 2>/dev/null
end

complete -c tsfig -f
${tree.options.map((option) => optionLine('', option)).join('\n')}
${tree.commands.map(({ name, about }) => `${line('', '-a', quote(name))} -d ${quote(about)}`).join('\n')}
${tree.commands.flatMap(({ name, options }) => options.map((option) => optionLine(name, option))).join('\n')}
${tree.commands.flatMap(({ name, values }) => values.map((value, at) => placeLine(tree, [name, at, values.length], value))).join('\n')}
`;

const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

const isProject = ({ names }: TreeOption): boolean => names.includes('-f') || names.includes('-p');

const patterns = (command: string, options: readonly TreeOption[]): string[] =>
  options.flatMap(({ names }) => names.map((name) => quote(`${command} ${name}`)));

const projectOptions = ({ options }: Tree): string => patterns('', options.filter(isProject)).join(' ');

const otherOptions = ({ options, commands }: Tree): string =>
  [
    ...patterns(
      '',
      options.filter((option) => option.value !== null && !isProject(option)),
    ),
    ...commands.flatMap((command) =>
      patterns(
        command.name,
        command.options.filter(({ value }) => value !== null),
      ),
    ),
  ].join(' ');

const line = (command: string, ...words: readonly string[]): string =>
  `complete -c tsfig -n ${quote(`__tsfig_in ${command === '' ? "''" : command}`)} ${words.join(' ')}`;

function optionLine(command: string, { names, about, value }: TreeOption): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return line(command, ...flags, ...(value ? ofOption(value.values) : []), '-d', quote(about));
}

function placeLine(tree: Tree, [command, at, count]: readonly [string, number, number], values: Values): string {
  const here = at === count - 1 ? command : `${command} ${at}`;
  const words: Values = { kind: 'words', words: tree.commands.map(({ name }) => name) };
  return line(here, ...offer(values.kind === 'commands' ? words : values));
}

const ofOption = (values: Values): readonly string[] =>
  values.kind === 'files' ? ['-r', '-F'] : values.kind === 'anything' ? ['-x'] : ['-x', ...offer(values)];

function offer(values: Values): readonly string[] {
  switch (values.kind) {
    case 'words':
      return ['-a', quote(values.words.join(' '))];
    case 'services':
      return ['-a', quote('(__tsfig_services)')];
    case 'service=':
      return ['-a', quote('(__tsfig_services)=')];
    case 'files':
    case 'anything':
    case 'commands':
      return ['-F'];
  }
}
