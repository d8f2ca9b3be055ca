/** Every command and flag, with the help that goes with it. Commands load what they need when they run. */

import { Command } from 'commander';
import { createOutput, type Output, type Stream } from './output.ts';
import { type Flags, resolveSettings, type Settings } from './settings.ts';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Stream;
  readonly stderr: Stream;
  cwd(): string;
}

export interface Run {
  readonly settings: Settings;
  readonly output: Output;
}

const VERSION = '0.1.0';

export function createProgram(around: Surroundings): Command {
  const program = new Command('openmcp')
    .description('Registers clusters, joins them to OpenMCP, and previews where workloads go.')
    .version(VERSION)
    .option(
      '--kubeconfig <file>',
      'kubeconfig to use (OPENMCP_KUBECONFIG, KUBECONFIG, the local fleet, ~/.kube/config)',
    )
    .option('--context <name>', 'context in it')
    .option(
      '--registry <address>',
      'registry: nfs://host:port/export, or a folder (OPENMCP_REGISTRY)',
    )
    .option('--openmcp-ip <ip>', 'address of the hub in the registry (OPENMCP_IP)')
    .option('-o, --output <format>', 'table or json', 'table')
    .option('--timeout <seconds>', 'how long to follow a join or a leave', '180')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: true })
    .configureOutput({
      writeOut: (text) => around.stdout.write(text),
      writeErr: (text) => around.stderr.write(text),
    })
    .exitOverride()
    .addHelpText('after', EXIT_CODES);
  const run = (command: Command): Run => {
    const flags: Flags = command.optsWithGlobals();
    const settings = resolveSettings(flags, around.env, around.cwd());
    return { settings, output: createOutput(around.stdout, around.stderr, settings.json) };
  };
  addRegister(program, run);
  addJoin(program, run);
  addUnjoin(program, run);
  addOthers(program, run);
  for (const command of everyCommand(program))
    command.exitOverride().copyInheritedSettings(program);
  return program;
}

type Runner = (command: Command) => Run;

const EXIT_CODES = `
Exit codes: 0 done, 2 bad input or refused, 3 not found, 4 conflict or not yet, 5 unreachable, 1 a bug.

Examples:
  openmcp register openmcp
  openmcp register member --ip 10.0.3.30 --kubeconfig cluster1.kubeconfig
  openmcp join cluster --ip 10.0.3.40
  openmcp plan -f sample/openmcpdeployment/cr.yaml
`;

function addRegister(program: Command, run: Runner): void {
  const register = program
    .command('register')
    .alias('regist')
    .description('puts a kubeconfig into the registry');
  register
    .command('openmcp')
    .description('registers the hub, by its kubeconfig')
    .addHelpText(
      'after',
      '\nExample:\n  openmcp register openmcp --kubeconfig ~/.kube/config --context openmcp\n',
    )
    .action(async (_, command: Command) => {
      const { registerOpenmcp } = await import('./commands/register-openmcp.ts');
      await registerOpenmcp(run(command));
    });
  register
    .command('member')
    .description('registers a member, by its kubeconfig; it can then be joined')
    .requiredOption('--ip <openmcp-ip>', 'address of the hub that it shall join')
    .option('--member-ip <ip>', 'address of the member; that of its API server by default')
    .addHelpText(
      'after',
      '\nExample:\n  openmcp register member --ip 10.0.3.30 --kubeconfig cluster1.kubeconfig\n',
    )
    .action(async (options: { ip: string; memberIp?: string }, command: Command) => {
      const { registerMember } = await import('./commands/register-member.ts');
      await registerMember(run(command), options);
    });
}

function addJoin(program: Command, run: Runner): void {
  const join = program.command('join').description('joins registered clusters');
  join
    .command('list')
    .description('lists the joined clusters')
    .action(async (_, command: Command) => {
      const { listMembers } = await import('./commands/list-members.ts');
      await listMembers(run(command), 'join');
    });
  join
    .command('cluster')
    .description('joins a registered cluster, and follows it until it is done or undone')
    .requiredOption('--ip <ip>', 'address under which it is registered')
    .option('--region <region>', 'region for its nodes, such as AS')
    .option('--zone <zone>', 'zone for its nodes, such as KR')
    .addHelpText('after', '\nExample:\n  openmcp join cluster --ip 10.0.3.40\n')
    .action(async (options: { ip: string; region?: string; zone?: string }, command: Command) => {
      const { joinCluster } = await import('./commands/join-cluster.ts');
      await joinCluster(run(command), options);
    });
}

function addUnjoin(program: Command, run: Runner): void {
  const unjoin = program.command('unjoin').description('lets joined clusters leave');
  unjoin
    .command('list')
    .description('lists the registered clusters that are not joined')
    .action(async (_, command: Command) => {
      const { listMembers } = await import('./commands/list-members.ts');
      await listMembers(run(command), 'unjoin');
    });
  unjoin
    .command('cluster')
    .description('lets a cluster leave, and follows it; workloads run elsewhere first')
    .requiredOption('--ip <ip>', 'address under which it is registered')
    .option('--remove', 'do not wait until its workloads run elsewhere')
    .option(
      '--force',
      'leave even if it cannot be reached; what it is owed is done when it returns',
    )
    .addHelpText('after', '\nExample:\n  openmcp unjoin cluster --ip 10.0.3.40\n')
    .action(
      async (options: { ip: string; remove?: boolean; force?: boolean }, command: Command) => {
        const { unjoinCluster } = await import('./commands/unjoin-cluster.ts');
        await unjoinCluster(run(command), options);
      },
    );
}

function addOthers(program: Command, run: Runner): void {
  program
    .command('plan')
    .description('shows where OpenMCPDeployments would go, and why; changes nothing')
    .requiredOption('-f, --filename <file>', 'YAML file, or - for standard input')
    .addHelpText('after', '\nExample:\n  openmcp plan -f sample/openmcpdeployment/cr.yaml\n')
    .action(async (options: { filename: string }, command: Command) => {
      const { plan } = await import('./commands/plan.ts');
      await plan(run(command), options.filename);
    });
  program
    .command('completion')
    .description('prints a completion script for a shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', '\nExample:\n  source <(openmcp completion bash)\n')
    .action(async (shell: string, _, command: Command) => {
      const { completion } = await import('./commands/completion.ts');
      run(command).output.line(completion(shell, program));
    });
}

function everyCommand(command: Command): Command[] {
  return [...command.commands, ...command.commands.flatMap(everyCommand)];
}
