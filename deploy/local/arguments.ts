/** The command line of the fleet. */

import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { MOST_REAL_MEMBERS, MOST_REAL_NODES } from './components/network/addresses.ts';
import { realNodesProblem } from './real-nodes.ts';
import { defaultState, defaultSubnet, type Settings } from './settings.ts';

const VERBS = ['start', 'stop', 'test', 'bench', 'build'] as const;
export type Verb = (typeof VERBS)[number];
/** What they do it to is named without a flag. */
const TAKES_MORE: readonly Verb[] = ['test', 'bench'];

export interface Options {
  readonly settings: Settings;
  /** Why its nodes are simulated though nobody asked for it. */
  readonly simulatedBecause: string | null;
  readonly reset: boolean;
  /** What is left: for `test`, a suite and parts of paths. */
  readonly rest: readonly string[];
}

export type Parsed =
  | { readonly kind: 'run'; readonly verb: Verb; readonly options: Options }
  | { readonly kind: 'help'; readonly verb: Verb }
  | { readonly kind: 'bad'; readonly message: string };

const START_HELP = `npm start [-- options]   starts a fleet: a hub, members, Temporal, NFS, OpenMCP

  --members N   members to run and join (default 2, at most 20, 15 with real nodes)
  --nodes N     nodes in each member (default 1 real one, at most 12; or 3 simulated ones, at most 100)
  --nodes-mode real|kwok
                real: pods are processes in containers (Linux, as root; the default there)
                kwok: nodes and pods are objects only, no byte flows (the default elsewhere)
  --kwok-nodes N
                simulated nodes beside the real ones in each member, tainted
                kwok.x-k8s.io/node=fake:NoSchedule (default 0)
  --reset       forget the data of the last time
  --no-openmcp  the clusters alone

  OPENMCP_STATE   folder of the fleet (default .openmcp)
  OPENMCP_SUBNET  first three numbers of its loopback addresses (default 127.0.3)
  OPENMCP_CACHE   where builds are kept (default ~/.cache/openmcp)
  OPENMCP_BIN     folders with programs to use instead of building them
`;
export const HELP: Readonly<Record<Verb, string>> = {
  start: START_HELP,
  stop: 'npm stop   ends the fleet of this checkout (or of OPENMCP_STATE), also one whose launcher was killed\n',
  test: `npm test [-- suite [path…]]   runs every suite, or one

  suites: check unit repository workflows replay integration e2e
  npm test -- unit scheduler   the unit tests whose path contains "scheduler"
`,
  bench:
    'npm run bench [-- placement|real-nodes]   measures; writes test/bench/results and the tables in README\n',
  build: 'builds everything that the fleet runs, and starts nothing\n',
};

/** `problem` tells why this machine cannot run real nodes, or null. */
export function parseArguments(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  problem: (state: string) => string | null = realNodesProblem,
): Parsed {
  const [first = 'start', ...others] = args;
  const verb = VERBS.find((name) => name === first);
  if (verb === undefined) {
    return { kind: 'bad', message: `unknown command ${first}: there are ${VERBS.join(', ')}` };
  }
  try {
    const flags = flagsOf(others);
    if (flags.values.help) return { kind: 'help', verb };
    return { kind: 'run', verb, options: optionsOf(verb, flags, environment, problem) };
  } catch (error) {
    const [message = ''] = messageOf(error).split('\n');
    return { kind: 'bad', message: `${message}\nnpm ${verb} -- --help tells what there is` };
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const flagsOf = (args: string[]) =>
  parseArgs({
    args,
    allowPositionals: true,
    options: {
      members: { type: 'string', default: '2' },
      nodes: { type: 'string' },
      'nodes-mode': { type: 'string' },
      'kwok-nodes': { type: 'string', default: '0' },
      reset: { type: 'boolean', default: false },
      'no-openmcp': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });

function optionsOf(
  verb: Verb,
  { values, positionals }: ReturnType<typeof flagsOf>,
  environment: NodeJS.ProcessEnv,
  problem: (state: string) => string | null,
): Options {
  if (!TAKES_MORE.includes(verb) && positionals.length > 0)
    throw new Error(`cannot use "${positionals.join(' ')}": ${verb} takes options alone`);
  const { simulatedBecause, ...nodes } = nodesOf(
    { count: values.nodes, mode: values['nodes-mode'], kwok: values['kwok-nodes'] },
    verb === 'stop' ? () => null : () => problem(filesOf(verb, environment)),
  );
  const settings: Settings = {
    ...nodes,
    block: null,
    subnet: defaultSubnet(environment),
    state: defaultState(environment),
    members: count('--members', values.members, nodes.realNodes > 0 ? MOST_REAL_MEMBERS : 20),
    openmcp: !values['no-openmcp'],
    throwaway: false,
    environment: {},
  };
  return { settings, simulatedBecause, reset: values.reset, rest: positionals };
}

/** Fleets of tests are in the folder for temporary files. */
const filesOf = (verb: Verb, environment: NodeJS.ProcessEnv): string =>
  verb === 'test' || verb === 'bench' ? tmpdir() : defaultState(environment);

function nodesOf(
  wanted: { count: string | undefined; mode: string | undefined; kwok: string },
  problem: () => string | null,
): Pick<Settings, 'realNodes' | 'kwokNodes'> & Pick<Options, 'simulatedBecause'> {
  const { mode } = wanted;
  if (mode !== undefined && mode !== 'real' && mode !== 'kwok')
    throw new Error(`cannot use --nodes-mode ${mode}: it takes real or kwok`);
  const simulatedBecause = mode === 'kwok' ? null : problem();
  if (mode === 'real' && simulatedBecause !== null)
    throw new Error(`cannot run real nodes here: ${simulatedBecause}`);
  const isReal = mode !== 'kwok' && simulatedBecause === null;
  const nodes = nodeCount(wanted.count, isReal);
  const beside = count('--kwok-nodes', wanted.kwok, 100);
  return isReal
    ? { realNodes: nodes, kwokNodes: beside, simulatedBecause }
    : { realNodes: 0, kwokNodes: nodes + beside, simulatedBecause };
}

function nodeCount(wanted: string | undefined, isReal: boolean): number {
  const [usual, most] = isReal ? (['1', MOST_REAL_NODES] as const) : (['3', 100] as const);
  return count('--nodes', wanted ?? usual, most);
}

function count(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new Error(`cannot use ${flag} ${text}: it takes a whole number from 0 to ${most}`);
}
