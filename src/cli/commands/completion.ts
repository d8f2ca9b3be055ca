/** Completion scripts, made from the commands themselves. */

import type { Command } from 'commander';
import { rejected } from '../errors.ts';

interface Words {
  /** The words before, `openmcp join`. */
  readonly after: string;
  readonly words: readonly string[];
}

export function completion(shell: string, program: Command): string {
  const lists = wordsOf(program, 'openmcp');
  if (shell === 'bash') return bash(lists);
  if (shell === 'zsh') return `autoload -U +X bashcompinit && bashcompinit\n${bash(lists)}`;
  if (shell === 'fish') return fish(lists);
  throw rejected(`cannot complete for ${shell}: there are bash, zsh and fish`);
}

function wordsOf(command: Command, path: string): Words[] {
  const flags = command.options.flatMap(({ long }) =>
    long === undefined || long === null ? [] : [long],
  );
  const names = command.commands.map((each) => each.name());
  const own = { after: path, words: [...names, ...flags, '--help'] };
  return [own, ...command.commands.flatMap((each) => wordsOf(each, `${path} ${each.name()}`))];
}

function bash(lists: readonly Words[]): string {
  const cases = lists.map(({ after, words }) => `    "${after}") words="${words.join(' ')}" ;;`);
  return `_openmcp() {
  local path="openmcp" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="$path $word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _openmcp openmcp`;
}

function fish(lists: readonly Words[]): string {
  return lists
    .map(({ after, words }) => {
      const [, ...path] = after.split(' ');
      const condition =
        path.length === 0
          ? '__fish_use_subcommand'
          : path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
      return `complete -c openmcp -f -n '${condition}' -a '${words.join(' ')}'`;
    })
    .join('\n');
}
