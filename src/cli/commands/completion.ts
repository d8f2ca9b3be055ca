/** Completion scripts, made from the commands themselves: what is added to them is completed too. */

import type { Command, Option } from 'commander';

/** A command as it is typed, `openmcp join`, and what may come next. */
interface Place {
  readonly path: string;
  readonly names: readonly { readonly name: string; readonly description: string }[];
  readonly values: readonly string[];
  readonly options: readonly Option[];
}

export function completion(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const places = placesOf(program, [program.name()]);
  if (shell === 'fish') return fish(places);
  return shell === 'bash' ? bash(places) : `${ZSH_HEAD}${bash(places)}`;
}

/** `names` are all by which the command goes: its aliases complete as well. */
function placesOf(command: Command, paths: readonly string[]): Place[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const options = [...help.visibleOptions(command), ...globalsOf(command)];
  const names = commands.flatMap((each) =>
    [each.name(), ...each.aliases()].map((name) => ({ name, description: each.description() })),
  );
  const values = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const own = paths.map((path) => ({ path, names, values, options }));
  const below = commands.flatMap((each) => {
    if (!command.commands.includes(each)) return helpPlaces(command, paths);
    const called = [each.name(), ...each.aliases()];
    return placesOf(
      each,
      paths.flatMap((path) => called.map((name) => `${path} ${name}`)),
    );
  });
  return [...own, ...below];
}

/** After `help` comes the name of the command that help is wanted for. */
function helpPlaces(command: Command, paths: readonly string[]): Place[] {
  const names = command.commands.map((each) => ({
    name: each.name(),
    description: each.description(),
  }));
  return paths.map((path) => ({ path: `${path} help`, names, values: [], options: [] }));
}

function globalsOf(command: Command): Option[] {
  const above = command.parent;
  if (above === null) return [];
  return [...above.options.filter(({ long }) => long !== '--version'), ...globalsOf(above)];
}

const flagsOf = ({ long, short }: Option): string[] =>
  [long, short].filter((flag) => typeof flag === 'string');

/** Those that take a value, each once. */
function valueOptions(places: readonly Place[]): Option[] {
  const all = places.flatMap(({ options }) => options).filter(({ required }) => required);
  return [...new Map(all.map((option) => [option.flags, option])).values()];
}

/** A registry may be a folder. */
const isFile = ({ flags }: Option): boolean => /<file>|--registry/.test(flags);

const ZSH_HEAD = `autoload -Uz compinit bashcompinit
(( $+functions[compdef] )) || compinit
bashcompinit
`;

function bash(places: readonly Place[]): string {
  const options = valueOptions(places);
  const pattern = (some: readonly Option[]) => [...new Set(some.flatMap(flagsOf))].join('|');
  const choices = options.filter(({ argChoices }) => argChoices !== undefined);
  const afterFlags = [
    ...choices.map((each) => `    ${pattern([each])}) words="${each.argChoices?.join(' ')}" ;;`),
    `    ${pattern(options.filter(isFile))})
      local IFS=$'\\n'
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$current"))
      return ;;`,
  ];
  const afterWords = places.map(({ path, names, values, options: own }) => {
    const words = [...names.map(({ name }) => name), ...values].join(' ');
    return `      "${path}") words="${words}" flags="${own.flatMap(flagsOf).join(' ')}" ;;`;
  });
  return `_openmcp() {
  local path="openmcp" words="" flags="" flag="" word i
  local current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  [ "$current" = "=" ] && current=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [ "$word" = "=" ]; then continue; fi
    if [ -n "$flag" ]; then flag=""; continue; fi
    case "$word" in
      ${pattern(options)}) flag="$word" ;;
      -*) ;;
      *) path="$path $word" ;;
    esac
  done
  case "$flag" in
${afterFlags.join('\n')}
    "") case "$path" in
${afterWords.join('\n')}
    esac ;;
  esac
  case "$current" in -*) words="$flags" ;; esac
  COMPREPLY=($(compgen -W "\${words:-$flags}" -- "$current"))
}
complete -F _openmcp openmcp
`;
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, names, values, options }) => {
    const here = `complete -c openmcp -n ${quoted(`__openmcp_at ${path}`)}`;
    return [
      ...names.map(({ name, description }) => `${here} -a ${name} -d ${quoted(description)}`),
      ...values.map((value) => `${here} -a ${value}`),
      ...options.map((option) => `${here} ${fishOption(option)}`),
    ];
  });
  return `function __openmcp_at
  set -l path
  set -l flag
  for word in (commandline -opc)
    if test -n "$flag"
      set flag
      continue
    end
    switch $word
      case ${valueOptions(places).flatMap(flagsOf).join(' ')}
        set flag $word
      case '-*'
      case '*'
        set -a path $word
    end
  end
  test "$path" = "$argv"
end
complete -c openmcp -f
${lines.join('\n')}
`;
}

function fishOption(option: Option): string {
  const { long, short, required, argChoices, description } = option;
  return [
    typeof short === 'string' ? `-s ${short.slice(1)}` : '',
    typeof long === 'string' ? `-l ${long.slice(2)}` : '',
    required ? valueOf(option, argChoices) : '',
    `-d ${quoted(description)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function valueOf(option: Option, choices: readonly string[] | undefined): string {
  if (choices !== undefined) return `-x -a ${quoted(choices.join(' '))}`;
  return isFile(option) ? '-r -F' : '-x';
}
