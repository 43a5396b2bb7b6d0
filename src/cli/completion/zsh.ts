import type { Tree, TreeCommand, TreeOption, Values } from './tree.js';

/** A script for zsh 5, to be sourced after \`compinit\`, or to lie in \`$fpath\` as \`_tsfig\`. */
export const zshScript = (tree: Tree): string => `#compdef tsfig
# Completion of tsfig for zsh: source <(tsfig completion zsh), after compinit

_tsfig_services() {
  local -a services
  services=(\${(f)"$($tsfig_program $tsfig_project config --services 2>/dev/null)"})
  compadd "$@" -a services
}

_tsfig_commands() {
  local -a commands
  commands=(
${tree.commands.map(({ name, about }) => `    ${quote(`${name}:${about}`)}`).join('\n')}
  )
  _describe -t commands command commands
}

_tsfig() {
  local curcontext="$curcontext" state line tsfig_program=\${(Q)words[1]/#\\~/$HOME} key
  local -a tsfig_project
  typeset -A opt_args
  _arguments -C -S \\
${specs(tree.options)} \\
    '1: :_tsfig_commands' \\
    '*:: :->arguments' && return
  [[ $state = arguments ]] || return
  for key in ${projectOptions(tree).join(' ')}; do
    (( $+opt_args[$key] )) && tsfig_project+=($key \${\${(Q)opt_args[$key]}/#\\~/$HOME})
  done
  case $words[1] in
${tree.commands.map(ofCommand).join('\n')}
  esac
}

if [[ $funcstack[1] = _tsfig ]]; then _tsfig "$@"; else compdef _tsfig tsfig; fi
`;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Inside of a spec, these mean something. */
const plain = (text: string): string => text.replaceAll(/[[\]:\\]/g, '\\$&');

const projectOptions = ({ options }: Tree): string[] =>
  options.filter(({ names }) => names.includes('-f') || names.includes('-p')).flatMap(({ names }) => names);

const ofCommand = ({ name, options, values }: TreeCommand): string =>
  `    ${name})
      _arguments -S \\
${specs(options)}${values.map((value, at) => ` \\\n    ${quote(placeSpec(value, at, values.length))}`).join('')}
      ;;`.replace(/ \\\n( \\\n)+/g, ' \\\n');

/** All but the last line end in a backslash; the last has to be continued by whoever needs it. */
const specs = (options: readonly TreeOption[]): string =>
  options.flatMap((option) => option.names.map((name) => `    ${quote(optionSpec(name, option))}`)).join(' \\\n');

/** `(-f --file)--file=[the project file]:path:_files` */
function optionSpec(name: string, { names, about, repeats, value }: TreeOption): string {
  const before = repeats ? '*' : `(${names.join(' ')})`;
  if (!value) return `${before}${name}[${plain(about)}]`;
  const joined = name.startsWith('--') ? '=' : '+';
  return `${before}${name}${joined}[${plain(about)}]:${plain(value.name)}:${value.values.kind === 'anything' ? '' : action(value.values)}`;
}

const placeSpec = (value: Values, at: number, count: number): string =>
  `${at === count - 1 ? '*' : String(at + 1)}: :${action(value)}`;

function action(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `(${values.words.join(' ')})`;
    case 'commands':
      return '_tsfig_commands';
    case 'services':
      return '_tsfig_services';
    case 'service=':
      return '_tsfig_services -S =';
    case 'files':
      return '_files';
    case 'anything':
      return '_default';
  }
}
