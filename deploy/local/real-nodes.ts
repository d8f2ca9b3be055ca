/** Whether this machine can run nodes whose pods are processes, and what a fleet needs before it has them. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { claimBlock } from './components/network/block.ts';
import { ownerOf } from './components/network/wiring.ts';
import { groupsProblem } from './components/node/cgroups.ts';
import type { Settings } from './settings.ts';

/** Programs, and the Debian package of each. */
const PROGRAMS = [
  ['ip', 'iproute2'],
  ['nsenter', 'util-linux'],
  ['unshare', 'util-linux'],
  ['mount', 'mount'],
  ['hostname', 'hostname'],
] as const;
const NAMESPACES = ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--mount-proc'];

/** What the kernel must know, tried in namespaces that end at once: a module is loaded by its first use. */
const TRIALS = [
  [
    'overlay file system',
    'mount -t tmpfs none /tmp; mkdir /tmp/l /tmp/u /tmp/w /tmp/m; mount -t overlay none -o lowerdir=/tmp/l,upperdir=/tmp/u,workdir=/tmp/w /tmp/m',
  ],
  ['veth links', 'ip link add trial0 type veth peer name trial1'],
  ['bridges', 'ip link add trial0 type bridge'],
] as const;

/** Of the machine, as links are; only root has real nodes. */
const REGISTRY = '/run/openmcp-networks';
/** Nodes have folders of their own there, which hide the machine's. */
const HIDDEN = /^\/(run|var\/run|var\/log)(\/|$)/;
/** As statfs(2) tells it. */
const OVERLAY = 0x79_4c_76_30;

/** Why this machine cannot run real nodes with their files there, for a person to read; null when it can. */
export function realNodesProblem(state: string): string | null {
  if (process.platform !== 'linux') return 'they need Linux';
  if (process.getuid?.() !== 0) return 'they need root';
  return programsProblem() ?? kernelProblem() ?? stateProblem(state) ?? groupsProblem();
}

function programsProblem(): string | null {
  const missing = PROGRAMS.find(([program]) => !works('which', [program]));
  if (missing !== undefined) return `${missing[0]} is missing: apt install ${missing[1]}`;
  return works('python3', ['-m', 'pip', '--version'])
    ? null
    : 'Envoy comes as a Python package, and pip is missing: apt install python3-pip';
}

function kernelProblem(): string | null {
  if (!works('unshare', [...NAMESPACES, 'true'])) return 'namespaces may not be made here';
  for (const [what, script] of TRIALS)
    if (!works('unshare', [...NAMESPACES, 'sh', '-ec', script])) return `the kernel has no ${what}`;
  return existsSync('/proc/sys/net/bridge') || works('modprobe', ['br_netfilter'])
    ? null
    : 'the kernel module br_netfilter is missing, without which Services do not work';
}

function stateProblem(state: string): string | null {
  const elsewhere = 'set OPENMCP_STATE to a folder elsewhere';
  if (HIDDEN.test(state)) return `${state} is hidden inside nodes: ${elsewhere}`;
  return statfsSync(existing(state)).type === OVERLAY
    ? `${state} is in an overlay file system, which cannot hold another: ${elsewhere}`
    : null;
}

/** The folder, or the nearest one above it that is there. */
function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(dirname(folder));
}

function works(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** The settings with addresses for its nodes, if it has real ones. */
export async function withNetwork(settings: Settings): Promise<Settings> {
  const { state, realNodes } = settings;
  if (realNodes === 0) return settings;
  mkdirSync(state, { recursive: true, mode: 0o700 });
  return { ...settings, block: await claimBlock(state, { registry: REGISTRY, ownerOf }) };
}
