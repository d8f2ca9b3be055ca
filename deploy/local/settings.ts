/** What one fleet is: its addresses, its folders, its size. */

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type InnerPlace, innerPlace } from './components/network/addresses.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Settings {
  /** First three numbers of the fleet's loopback addresses, `127.0.3`. */
  readonly subnet: string;
  /** Folder of everything that this fleet keeps. */
  readonly state: string;
  readonly members: number;
  /** Nodes whose pods are processes, in each member. */
  readonly realNodes: number;
  /** Nodes that are objects only, in each member. */
  readonly kwokNodes: number;
  /** Of the addresses of real nodes; null without any. See components/network. */
  readonly block: number | null;
  /** Start and join our own processes too. */
  readonly openmcp: boolean;
  /** Nothing needs to survive a crash of the machine: no fsync. */
  readonly throwaway: boolean;
  /** Seconds between two probes of a member, and others that tests shorten. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ClusterPlace {
  readonly name: string;
  readonly address: string;
  readonly region: string;
  readonly zone: string;
  /** CPUs and GiB of each of its nodes. */
  readonly cpu: number;
  readonly memoryGib: number;
  /** Of a member with real nodes. */
  readonly inner: InnerPlace | null;
}

export const HUB = 'openmcp';
export const API_PORT = 6443;
const DEFAULT_SUBNET = '127.0.3';
/** As in the seeds: the hub is .30, members follow in steps of ten. */
const HUB_HOST = 30;
const MOST_MEMBERS = 20;

const REGIONS = [
  ['AS', 'KR'],
  ['EU', 'DE'],
  ['NA', 'US'],
  ['AS', 'JP'],
  ['SA', 'BR'],
  ['AF', 'ZA'],
] as const;
/** Sizes differ, so that placement matters. */
const SIZES = [
  { cpu: 8, memoryGib: 32 },
  { cpu: 16, memoryGib: 64 },
  { cpu: 4, memoryGib: 16 },
] as const;

export function defaultState(environment: NodeJS.ProcessEnv): string {
  return resolve(environment['OPENMCP_STATE'] ?? join(ROOT, '.openmcp'));
}

export function defaultSubnet(environment: NodeJS.ProcessEnv): string {
  const subnet = environment['OPENMCP_SUBNET'] ?? DEFAULT_SUBNET;
  if (!/^127(\.\d{1,3}){2}$/.test(subnet)) {
    throw new Error(`cannot use OPENMCP_SUBNET=${subnet}: it must be like ${DEFAULT_SUBNET}`);
  }
  return subnet;
}

export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return environment['OPENMCP_CACHE'] ?? join(homedir(), '.cache', 'openmcp');
}

/** Services of the default fleet are where their clients look first; others keep to their subnet. */
export function serviceAddress({ subnet }: Settings): string {
  return subnet === DEFAULT_SUBNET ? '127.0.0.1' : `${subnet}.1`;
}

export function hubPlace({ subnet }: Settings): ClusterPlace {
  return {
    name: HUB,
    address: `${subnet}.${HUB_HOST}`,
    region: '',
    zone: '',
    cpu: 0,
    memoryGib: 0,
    inner: null,
  };
}

export function memberPlaces(settings: Settings): ClusterPlace[] {
  const { subnet, members, block, realNodes } = settings;
  if (!Number.isInteger(members) || members < 0 || members > MOST_MEMBERS) {
    throw new Error(`cannot run ${members} members: --members takes 0 to ${MOST_MEMBERS}`);
  }
  return Array.from({ length: members }, (_, index) => {
    const [region, zone] = REGIONS[index % REGIONS.length] ?? REGIONS[0];
    const size = SIZES[index % SIZES.length] ?? SIZES[0];
    const address = `${subnet}.${HUB_HOST + 10 * (index + 1)}`;
    const name = `cluster${index + 1}`;
    const inner = block === null ? null : innerPlace(block, index, name, realNodes);
    return { name, address, region, zone, ...size, inner };
  });
}

export const paths = {
  log: ({ state }: Settings, name: string) =>
    join(state, 'logs', `${name.replaceAll('/', '-')}.log`),
  cluster: ({ state }: Settings, name: string) => join(state, 'clusters', name),
  node: ({ state }: Settings, name: string) => join(state, 'nodes', name),
  kubeconfig: ({ state }: Settings, name: string) => join(state, 'clusters', name, 'kubeconfig'),
  workflowBundle: ({ state }: Settings) => join(state, 'workflow-bundle.js'),
  compileCache: ({ state }: Settings) => join(state, 'compile-cache'),
  endpoints: (state: string) => join(state, 'endpoints.json'),
  control: (state: string) => join(state, 'control.sock'),
  pids: (state: string) => join(state, 'pids.json'),
};
