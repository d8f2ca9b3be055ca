/** Every command and flag, with the help that goes with it. Commands load what they need when they run. */

import { BlockList, isIP } from 'node:net';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { isAddress } from '../nfs/registry-address.ts';
import type { JoinOptions } from './commands/join-cluster.ts';
import { createOutput } from './output.ts';
import type { Flags } from './settings.ts';
import type { Connect, Run, Surroundings } from './surroundings.ts';

type Runner = (command: Command) => Promise<Run>;

const VERSION = '0.1.0';

export function createProgram(around: Surroundings, connect: Connect): Command {
  const program = new Command('openmcp')
    .description('Registers clusters, joins them to OpenMCP, and previews where workloads go.')
    .version(VERSION, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .option('--kubeconfig <file>', 'kubeconfig of the cluster that the command is about')
    .option('--context <name>', 'context in it; by default the current one')
    .option('--registry <address>', 'registry of clusters: nfs://host:port/export, or a folder')
    .option('--openmcp-ip <ip>', 'address under which the hub is registered')
    .addOption(
      new Option('-o, --output <format>', 'how to print: for people, or for scripts')
        .choices(['table', 'json'])
        .default('table'),
    )
    .addOption(
      new Option('--timeout <seconds>', 'how long to follow a join or a leave')
        .argParser(secondsOf)
        .default(180),
    )
    .configureHelp({ showGlobalOptions: true, sortSubcommands: true })
    .configureOutput({
      writeOut: (text) => around.stdout.write(text),
      writeErr: (text) => around.stderr.write(text),
      // Errors are reported in one place, run.ts: as JSON where that is asked for.
      outputError: () => undefined,
    })
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .addHelpText('after', AFTER_HELP);
  const run: Runner = async (command) => {
    const { resolveSettings } = await import('./settings.ts');
    const settings = resolveSettings(command.optsWithGlobals<Flags>(), around.env, around.cwd());
    const output = createOutput(around.stdout, around.stderr, settings.json);
    return { settings, output, stdin: around.stdin, connect: () => connect(settings) };
  };
  addRegister(program, run);
  addJoin(program, run);
  addUnjoin(program, run);
  addPlan(program, run);
  addCompletion(program, around);
  return program;
}

const AFTER_HELP = `
Where addresses come from, the first that is given:
  hub or member  --kubeconfig, $OPENMCP_KUBECONFIG, $KUBECONFIG, the local fleet, ~/.kube/config
  registry       --registry, $OPENMCP_REGISTRY, the local fleet
  hub's address  --openmcp-ip, $OPENMCP_IP, the local fleet
The local fleet is that of npm start, found by .openmcp/endpoints.json here or in a folder above.

Exit codes: 0 done; 1 a bug; 2 wrong usage, or refused; 3 not found; 4 conflict, or not yet; 5 unreachable.

Examples:
  openmcp register openmcp
  openmcp register member --ip 10.0.3.30 --kubeconfig cluster1.kubeconfig
  openmcp join cluster --ip 10.0.3.40
  openmcp plan -f sample/openmcpdeployment/cr.yaml
`;

const examples = (...lines: readonly string[]): string =>
  ['', lines.length === 1 ? 'Example:' : 'Examples:', ...lines.map((line) => `  ${line}`), ''].join(
    '\n',
  );

const OVERWRITE = [
  '--overwrite',
  'put the kubeconfig in the place of the one that is there',
  false,
] as const;

interface MemberOptions {
  readonly ip: string;
  readonly memberIp?: string;
  readonly overwrite: boolean;
}

function addRegister(program: Command, run: Runner): void {
  const register = program
    .command('register')
    .alias('regist')
    .description('put the kubeconfig of a cluster into the registry')
    .addHelpText('after', examples('openmcp register openmcp', 'openmcp register member --help'));
  register
    .command('openmcp')
    .description('register the hub, once, under the address of its API server')
    .addHelpText(
      'after',
      examples('openmcp register openmcp --kubeconfig ~/.kube/config --context openmcp'),
    )
    .option(...OVERWRITE)
    .action(async (options: { overwrite: boolean }, command: Command) => {
      const { registerOpenmcp } = await import('./commands/register-openmcp.ts');
      await registerOpenmcp(await run(command), options);
    });
  register
    .command('member')
    .description('register a member, so that it can be joined; the hub is not asked')
    .addOption(address('--ip <openmcp-ip>', 'hub that it shall join').makeOptionMandatory())
    .addOption(
      address(
        '--member-ip <ip>',
        'address to register it under; that of its API server by default',
      ),
    )
    .option(...OVERWRITE)
    .addHelpText(
      'after',
      examples('openmcp register member --ip 10.0.3.30 --kubeconfig cluster1.kubeconfig'),
    )
    .action(async (options: MemberOptions, command: Command) => {
      const { registerMember } = await import('./commands/register-member.ts');
      await registerMember(await run(command), options);
    });
}

function addJoin(program: Command, run: Runner): void {
  const join = program
    .command('join')
    .description('list the joined clusters, or join one')
    .addHelpText('after', examples('openmcp join list', 'openmcp join cluster --ip 10.0.3.40'));
  join
    .command('list')
    .description('list the clusters that are joined; unjoin list has those that can be')
    .addHelpText('after', examples('openmcp join list', 'openmcp join list --output json'))
    .action(async (_, command: Command) => {
      const { listMembers } = await import('./commands/list-members.ts');
      await listMembers(await run(command), 'join');
    });
  join
    .command('cluster')
    .description('join a registered cluster, and follow it until it is done or undone')
    .addOption(address('--ip <ip>', 'address under which it is registered').makeOptionMandatory())
    .option('--region <region>', 'region for its nodes, such as AS')
    .option('--zone <zone>', 'zone for its nodes, such as KR')
    .addOption(
      new Option(
        '--lb-range <from-to>',
        'addresses for its LoadBalancer Services, such as 10.0.3.200-10.0.3.250 (needs MetalLB there)',
      ).argParser(addressRange),
    )
    .addHelpText(
      'after',
      examples(
        'openmcp join cluster --ip 10.0.3.40',
        'openmcp join cluster --ip 10.0.3.40 --region AS --zone KR --timeout 60',
        'openmcp join cluster --ip 10.0.3.40 --lb-range 10.0.3.200-10.0.3.250',
      ),
    )
    .action(async (options: JoinOptions, command: Command) => {
      const { joinCluster } = await import('./commands/join-cluster.ts');
      await joinCluster(await run(command), options);
    });
}

function addUnjoin(program: Command, run: Runner): void {
  const unjoin = program
    .command('unjoin')
    .description('list the clusters that are not joined, or let one leave')
    .addHelpText('after', examples('openmcp unjoin list', 'openmcp unjoin cluster --ip 10.0.3.40'));
  unjoin
    .command('list')
    .description('list the clusters that are registered and not joined: those that can be joined')
    .addHelpText('after', examples('openmcp unjoin list', 'openmcp unjoin list --output json'))
    .action(async (_, command: Command) => {
      const { listMembers } = await import('./commands/list-members.ts');
      await listMembers(await run(command), 'unjoin');
    });
  unjoin
    .command('cluster')
    .description('let a joined cluster leave, and follow it; its workloads run elsewhere first')
    .addOption(address('--ip <ip>', 'address under which it is registered').makeOptionMandatory())
    .option('--remove', 'do not wait until its workloads run elsewhere')
    .option('--force', 'leave even if it cannot be reached; it is cleaned when it returns')
    .addHelpText(
      'after',
      examples(
        'openmcp unjoin cluster --ip 10.0.3.40',
        'openmcp unjoin cluster --ip 10.0.3.40 --remove --force',
      ),
    )
    .action(
      async (options: { ip: string; remove?: boolean; force?: boolean }, command: Command) => {
        const { unjoinCluster } = await import('./commands/unjoin-cluster.ts');
        await unjoinCluster(await run(command), options);
      },
    );
}

function addPlan(program: Command, run: Runner): void {
  program
    .command('plan')
    .description('show where OpenMCPDeployments would go, with scores and reasons; change nothing')
    .requiredOption('-f, --filename <file>', 'YAML file, or - for standard input')
    .addHelpText(
      'after',
      examples(
        'openmcp plan -f sample/openmcpdeployment/cr.yaml',
        'kubectl get odeploy web -n shop -o yaml | openmcp plan -f -',
      ),
    )
    .action(async (options: { filename: string }, command: Command) => {
      const { plan } = await import('./commands/plan.ts');
      await plan(await run(command), options.filename);
    });
}

function addCompletion(program: Command, { stdout }: Surroundings): void {
  program
    .command('completion')
    .description('print a script by which a shell completes commands and flags')
    .addArgument(
      new Argument('<shell>', 'the shell that shall run it').choices(['bash', 'zsh', 'fish']),
    )
    .addHelpText(
      'after',
      examples(
        'source <(openmcp completion bash)     # in ~/.bashrc to keep it',
        'source <(openmcp completion zsh)      # in ~/.zshrc',
        'openmcp completion fish | source      # in ~/.config/fish/config.fish',
      ),
    )
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completion } = await import('./commands/completion.ts');
      stdout.write(completion(shell, program));
    });
}

function address(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    if (isAddress(text)) return text;
    throw new InvalidArgumentError('It is not an IP address or a host name, such as 10.0.3.40.');
  });
}

function addressRange(text: string): readonly [string, string] {
  const [from = '', to = '', ...rest] = text.split('-').map((part) => part.trim());
  const family = isIP(from);
  if (rest.length > 0 || family === 0 || family !== isIP(to)) {
    throw new InvalidArgumentError(
      'It is not two IP addresses of one family, such as 10.0.3.200-10.0.3.250.',
    );
  }
  try {
    new BlockList().addRange(from, to, family === 4 ? 'ipv4' : 'ipv6');
  } catch {
    throw new InvalidArgumentError('It ends before it begins.');
  }
  return [from, to];
}

function secondsOf(text: string): number {
  const seconds = Number(text.replace(/s$/, ''));
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new InvalidArgumentError('It is not a number of seconds above 0, such as 120.');
}
