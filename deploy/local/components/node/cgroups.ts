/** The control groups of nodes: `/openmcp-<fleet>/<node>` in every hierarchy, made before and removed after. */

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Where the kernel's hierarchies are: one with version 2, one a controller with version 1. */
interface Hierarchy {
  readonly path: string;
  readonly version: 1 | 2;
}

/** The group below which all of a fleet's are, as the kubelet names it. */
export function fleetGroup(state: string): string {
  return `/openmcp-${createHash('sha256').update(state).digest('hex').slice(0, 8)}`;
}

export function nodeGroup(state: string, node: string): string {
  return `${fleetGroup(state)}/${node}`;
}

/** Idempotent. */
export function makeGroup(group: string): void {
  for (const { path, version } of hierarchies()) {
    let parent = path;
    for (const part of group.split('/').filter(Boolean)) {
      if (version === 2) delegate(parent);
      const folder = join(parent, part);
      mkdirSync(folder, { recursive: true });
      if (version === 1) inheritSets(parent, folder);
      parent = folder;
    }
    if (version === 2) delegate(parent);
  }
}

/** Removes a fleet's groups, the deepest first. What still has processes stays, and is told. */
export function removeGroups(state: string): string[] {
  const group = fleetGroup(state);
  return mounted()
    .map(({ path }) => join(path, group))
    .filter((folder) => !removeTree(folder));
}

/** Why groups with their controllers may not be made here, for a person to read; null when they may. */
export function groupsProblem(): string | null {
  if (hierarchies().length === 0) return 'no control groups are mounted';
  const trial = `/openmcp-trial-${process.pid}`;
  try {
    makeGroup(trial);
    return null;
  } catch (error) {
    return `control groups may not be made: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    for (const { path } of hierarchies()) removeTree(join(path, trial));
  }
}

function removeTree(folder: string): boolean {
  if (!existsSync(folder)) return true;
  const children = readdirSync(folder, { withFileTypes: true }).filter((each) =>
    each.isDirectory(),
  );
  const isEmpty = children.map(({ name }) => removeTree(join(folder, name))).every(Boolean);
  if (!isEmpty) return false;
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** A new cpuset of version 1 has no processors and takes no process, until it is given its parent's. */
function inheritSets(parent: string, folder: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const own = join(folder, file);
    if (existsSync(own) && readFileSync(own, 'utf8').trim() === '')
      writeFileSync(own, readFileSync(join(parent, file), 'utf8'));
  }
}

/** Lets the children of a group of version 2 use every controller that it has itself. */
function delegate(folder: string): void {
  const controllers = readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim();
  if (controllers === '') return;
  const wanted = controllers.split(' ').map((name) => `+${name}`);
  writeFileSync(join(folder, 'cgroup.subtree_control'), wanted.join(' '));
}

/** Those with controllers: version 1 where it is mounted, also beside version 2. */
function hierarchies(): Hierarchy[] {
  const all = mounted();
  const old = all.filter(({ version }) => version === 1);
  return old.length > 0 ? old : all;
}

/** All of them (proc(5), /proc/mounts): what runs in a group is in one of each. */
function mounted(): Hierarchy[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .flatMap((line): Hierarchy[] => {
      const [, path = '', type] = line.split(' ');
      if (type === 'cgroup2') return [{ path, version: 2 }];
      return type === 'cgroup' ? [{ path, version: 1 }] : [];
    });
}
