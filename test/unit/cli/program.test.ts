import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { createProgram } from '../../../src/cli/program.ts';
import { useTerminal } from './terminal.ts';

const terminal = useTerminal();
const program = createProgram({ ...process, cwd: () => '/', env: {} }, async () => {
  throw new Error('there is no hub');
});

const everyCommand = (command: Command, path: readonly string[] = []): string[][] => [
  [...path],
  ...command.commands.flatMap((each) => everyCommand(each, [...path, each.name()])),
];
const commands = everyCommand(program).map((path) => [path.join(' ')] as const);

it('has the commands of the original, and more', () => {
  expect(commands.flat().toSorted()).toEqual([
    '',
    'completion',
    'join',
    'join cluster',
    'join list',
    'plan',
    'register',
    'register member',
    'register openmcp',
    'unjoin',
    'unjoin cluster',
    'unjoin list',
  ]);
});

describe('help', () => {
  it.each(commands)(
    'of "openmcp %s" says what it does, with an example of itself',
    async (path) => {
      const { code, stdout, stderr } = await terminal.openmcp(...path.split(' '), '--help');

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^Usage: openmcp/);
      expect(stdout).toMatch(new RegExp(`Examples?:\n(?:.*\n)*?.*openmcp ${path}`));
      // Kubeconfigs, formats and time-outs may be given to every command.
      expect(stdout).toContain('--kubeconfig <file>');
    },
  );

  it.each(commands)('of "openmcp %s" fits a terminal of 110 columns', async (path) => {
    const { stdout } = await terminal.openmcp(...path.split(' '), '--help');

    expect(stdout.split('\n').filter((line) => line.length > 110)).toEqual([]);
  });

  it('names where addresses come from, and what exit codes mean', async () => {
    const { stdout } = await terminal.openmcp('--help');

    for (const name of ['OPENMCP_KUBECONFIG', 'KUBECONFIG', 'OPENMCP_REGISTRY', 'OPENMCP_IP'])
      expect(stdout).toContain(`$${name}`);
    expect(stdout).toMatch(/Exit codes: 0 .*1 .*2 .*3 .*4 .*5 /);
  });

  it('is shown where a command is left out, and that is wrong usage', async () => {
    for (const args of [[], ['join'], ['register']]) {
      const { code, stdout, stderr } = await terminal.openmcp(...args);

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^Usage: openmcp/);
      expect(stderr).not.toContain('error:');
    }
  });
});

it('has the version of the package', async () => {
  const file = new URL('../../../package.json', import.meta.url);
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'));

  expect(await terminal.openmcp('--version')).toEqual({
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
});

const IP = "option '--ip <ip>' argument";
const NO_ADDRESS = 'is invalid. It is not an IP address or a host name, such as 10.0.3.40.';

describe('wrong usage ends with 2, says what is wrong and prints no result:', () => {
  it.each<[string, string]>([
    ['joim', "unknown command 'joim' (Did you mean join?)"],
    ['join lst', "unknown command 'lst' (Did you mean list?)"],
    ['join list --bogus', "unknown option '--bogus'"],
    ['join list --registri /x', "unknown option '--registri' (Did you mean --registry?)"],
    ['join list now', "too many arguments for 'list'"],
    ['join cluster', "required option '--ip <ip>' not specified"],
    ['unjoin cluster', "required option '--ip <ip>' not specified"],
    ['register member', "required option '--ip <openmcp-ip>' not specified"],
    ['plan', "required option '-f, --filename <file>' not specified"],
    ['join cluster --ip', "option '--ip <ip>' argument missing"],
    ['join cluster --ip ../x', `${IP} '../x' ${NO_ADDRESS}`],
    ['unjoin cluster --ip a/b', `${IP} 'a/b' ${NO_ADDRESS}`],
    ['register member --ip ..', `option '--ip <openmcp-ip>' argument '..' ${NO_ADDRESS}`],
    [
      'register member --ip 10.0.3.30 --member-ip /etc',
      `option '--member-ip <ip>' argument '/etc' ${NO_ADDRESS}`,
    ],
    ['join list -o yaml', "argument 'yaml' is invalid. Allowed choices are table, json."],
    ['completion tcsh', "'tcsh' is invalid for argument 'shell'"],
    ...['abc', '0', '-5', '', 'Infinity', '1m'].map((text): [string, string] => [
      `join list --timeout=${text}`,
      `option '--timeout <seconds>' argument '${text}' is invalid. It is not a number of seconds above 0, such as 120.`,
    ]),
  ])('openmcp %s', async (line, message) => {
    const { code, stdout, stderr } = await terminal.openmcp(...line.split(' ').filter(Boolean));

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .*\n {2}fix: .*--help.*\n$/);
    expect(stderr).toContain(message);
  });

  it('also for a script, as JSON', async () => {
    const { code, stdout, stderr } = await terminal.openmcp('join', 'cluster', '-o', 'json');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      code: 'Rejected',
      message: "required option '--ip <ip>' not specified",
    });
  });
});

it.each(['90', '90s', '0.5'])('takes a time-out of %s', async (text) => {
  const registry = await terminal.registry();
  const at = ['--registry', registry, '--openmcp-ip', '10.0.3.30'];

  expect(await terminal.openmcp('join', 'list', '--timeout', text, ...at)).toMatchObject({
    code: 0,
  });
});

it('takes flags before the command and after it', async () => {
  const registry = await terminal.registry();

  const before = ['-o', 'json', '--openmcp-ip', '10.0.3.30', '--registry', registry];
  const answers = [
    await terminal.openmcp(...before, 'join', 'list'),
    await terminal.openmcp('join', 'list', ...before),
  ];

  expect(answers).toEqual([
    { code: 0, stdout: '[]\n', stderr: '' },
    { code: 0, stdout: '[]\n', stderr: '' },
  ]);
});
