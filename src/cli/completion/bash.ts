import type { Tree, TreeOption, Values } from './tree.js';

/**
 * A script for bash 3.2 and later that needs no bash-completion. `COMP_WORDBREAKS` holds `=`, so `--format=json` arrives
 * as three words.
 */
export const bashScript = (tree: Tree): string => `${HEAD}
${takesValue(tree)}
_tsfig() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= place=0 word value i
  local project=()
  COMPREPLY=()
  if [ "$current" = = ]; then
    current=
  elif [ "$before" = = ] && [ "$COMP_CWORD" -ge 2 ]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      =) i=$((i + 1)) ;;
      -*)
        _tsfig_takes_value "$command" "$word" || continue
        [ "\${COMP_WORDS[i+1]}" = = ] && i=$((i + 1))
        i=$((i + 1))
        value=\${COMP_WORDS[i]//[\\"\\'\\\\]/}
        case "$command $word" in
          ${projectOptions(tree).join(' | ')}) [ "$i" -lt "$COMP_CWORD" ] && project+=("$word" "\${value/#\\~/$HOME}") ;;
        esac
        ;;
      *) if [ -z "$command" ]; then command=$word; else place=$((place + 1)); fi ;;
    esac
  done
  case "$command $before" in
${values(tree)}
  esac
  case "$current" in
    -*)
      case $command in
${flags(tree)}
      esac
      return
      ;;
  esac
  case "$command $place" in
${places(tree)}
  esac
}

complete -F _tsfig tsfig
`;

const HEAD = `# Completion of tsfig for bash: source <(tsfig completion bash)
_tsfig_services() {
  local tsfig=$1
  shift
  "\${tsfig/#\\~/$HOME}" "$@" config --services 2>/dev/null
}
`;

const takesValue = (tree: Tree): string => `# Does this option of this command take a value?
_tsfig_takes_value() {
  case "$1 $2" in
${valueOptions(tree)}
  esac
  return 1
}
`;

const HERE = '      ';

/** \`"up -t" | "up --timeout"\`; the program's own options have no command before them. */
const pattern = (command: string, { names }: TreeOption): string =>
  names.map((name) => `"${command} ${name}"`).join(' | ');

const everyOption = ({ options, commands }: Tree): (readonly [string, TreeOption])[] => [
  ...options.map((option) => ['', option] as const),
  ...commands.flatMap((command) => command.options.map((option) => [command.name, option] as const)),
];

const valueOptions = (tree: Tree): string =>
  everyOption(tree)
    .filter(([, { value }]) => value !== null)
    .map(([command, option]) => `    ${pattern(command, option)}) return 0 ;;`)
    .join('\n');

/** Options that say which project is meant, for asking it its services. */
const projectOptions = ({ options }: Tree): string[] =>
  options.filter(({ names }) => names.includes('-f') || names.includes('-p')).map((option) => pattern('', option));

const values = (tree: Tree): string =>
  everyOption(tree)
    .flatMap(([command, option]) => (option.value ? [[command, option, option.value.values] as const] : []))
    .map(([command, option, values]) => {
      const offered = values.kind === 'anything' ? '' : `${offer(tree, values)}\n`;
      return `    ${pattern(command, option)})\n${offered}${HERE}return\n${HERE};;`;
    })
    .join('\n');

function flags({ options, commands }: Tree): string {
  const line = (pattern: string, own: readonly TreeOption[]): string =>
    `        ${pattern}) COMPREPLY=($(compgen -W "${own.flatMap(({ names }) => names).join(' ')}" -- "$current")) ;;`;
  return [line("''", options), ...commands.map((command) => line(command.name, command.options))].join('\n');
}

function places(tree: Tree): string {
  const ofCommands = tree.commands.flatMap(({ name, values }) =>
    values.map((value, at) => {
      const isLast = at === values.length - 1;
      return `    "${name} "${isLast ? '*' : String(at)})\n${offer(tree, value)}\n${HERE};;`;
    }),
  );
  return [`    " 0")\n${offer(tree, { kind: 'commands' })}\n${HERE};;`, ...ofCommands].join('\n');
}

/** Shell code that offers what can stand here. */
function offer({ commands }: Tree, values: Values): string {
  const words = (list: string, more = ''): string => `${HERE}COMPREPLY=($(compgen${more} -W "${list}" -- "$current"))`;
  const services = '$(_tsfig_services "${COMP_WORDS[0]}" ${project[@]+"${project[@]}"})';
  switch (values.kind) {
    case 'words':
      return words(values.words.join(' '));
    case 'commands':
      return words(commands.map(({ name }) => name).join(' '));
    case 'services':
      return words(services);
    case 'service=':
      return `${words(services, ' -S =')}\n${HERE}compopt -o nospace 2>/dev/null`;
    case 'files':
    case 'anything':
      return `${HERE}compopt -o default 2>/dev/null`;
  }
}
