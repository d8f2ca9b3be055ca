import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { createProgram } from '../../../../src/cli/program.ts';
import { useTerminal } from '../terminal.ts';

const terminal = useTerminal();
const program = createProgram({ ...process, cwd: () => '/', env: {} }, async () => {
  throw new Error('there is no hub');
});
const everyCommand = (command: Command): Command[] => [
  command,
  ...command.commands.flatMap(everyCommand),
];
const flags = [
  ...new Set(
    everyCommand(program).flatMap(({ options }) =>
      options.flatMap(({ long, short }) => [long, short].filter((flag) => flag)),
    ),
  ),
  '--help',
].map(String);
const words = everyCommand(program)
  .slice(1)
  .flatMap((command) => [command.name(), ...command.aliases()]);

const scripts: Record<string, string> = {};
beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await terminal.openmcp('completion', shell);
    scripts[shell] = code === 0 ? stdout : '';
  }
});

describe.each(['bash', 'zsh', 'fish'])('%s', (shell) => {
  it('is offered every command and every flag', () => {
    const script = scripts[shell] ?? '';
    const offered = new Set(
      shell === 'fish'
        ? [
            ...[...script.matchAll(/ -a '?([\w-]+)/g)].map(([, word]) => word),
            ...[...script.matchAll(/ -l ([\w-]+)/g)].map(([, name]) => `--${name}`),
            ...[...script.matchAll(/ -s (\w)/g)].map(([, letter]) => `-${letter}`),
          ]
        : [...script.matchAll(/(?:words|flags)="([^"]*)"/g)].flatMap(([, list]) =>
            (list ?? '').split(' '),
          ),
    );

    expect([...words, ...flags].filter((each) => !offered.has(each))).toEqual([]);
  });
});

it('prepares zsh for functions of bash, also where compinit did not run', () => {
  expect(scripts['zsh']).toMatch(/^autoload -Uz compinit bashcompinit\n.*compinit\nbashcompinit\n/);
});

it('quotes for fish what is said in words', () => {
  const lines = (scripts['fish'] ?? '').split('\n').filter((line) => line.includes(' -d '));

  expect(lines.length).toBeGreaterThan(20);
  expect(lines.filter((line) => !/ -d '(?:[^'\\]|\\.)*'$/.test(line))).toEqual([]);
});

/** What bash offers at the end of a line that was typed so far. */
function completed(...typed: readonly string[]): string[] {
  const script = join(terminal.folder, 'completion.bash');
  writeFileSync(script, scripts['bash'] ?? '');
  const typing = `source "$1"; shift
    complete -p openmcp >/dev/null || exit 9
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _openmcp; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['--norc', '-c', typing, 'bash', script, ...typed],
    { cwd: terminal.folder, encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').filter((word) => word !== '');
}

describe('bash completes', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['a command', ['openmcp', 'j'], ['join']],
    ['a command of a command', ['openmcp', 'join', ''], ['cluster', 'help', 'list']],
    ['after an alias', ['openmcp', 'regist', 'm'], ['member']],
    ['a flag', ['openmcp', 'join', 'cluster', '--re'], ['--region', '--registry']],
    ['a flag of all commands', ['openmcp', 'join', 'list', '--out'], ['--output']],
    ['after a flag with a value', ['openmcp', '--context', 'join', 'unjoin', 'l'], ['list']],
    ['the value of a flag', ['openmcp', 'plan', '-o', ''], ['table', 'json']],
    ['the value after =', ['openmcp', 'plan', '--output', '=', 'j'], ['json']],
    ['the value right after =', ['openmcp', 'plan', '--output', '='], ['table', 'json']],
    ['an argument', ['openmcp', 'completion', ''], ['bash', 'zsh', 'fish']],
    ['what help is wanted for', ['openmcp', 'help', 'un'], ['unjoin']],
    ['nothing where only the user knows', ['openmcp', 'join', 'cluster', '--ip', ''], []],
    ['nothing for a command that is none', ['openmcp', 'bogus', ''], []],
  ])('%s', (_what, typed, expected) => {
    expect(completed(...typed)).toEqual(expected);
  });

  it('names of files, also with spaces', () => {
    terminal.file('a web.yaml', '');
    terminal.file('a.yaml', '');

    expect(completed('openmcp', 'plan', '-f', 'a').toSorted()).toEqual(['a web.yaml', 'a.yaml']);
    expect(completed('openmcp', '--kubeconfig', 'a.')).toEqual(['a.yaml']);
  });
});
