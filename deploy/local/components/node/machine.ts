/** The first process of a node, in whose namespaces all else of it runs. */

import { existsSync, readFileSync } from 'node:fs';
import { HOME } from './configs.ts';

/** Of the processes that hold namespaces, as they run now; null for one that does not. */
export interface Machine {
  router(): number | null;
  /** The first process inside a node, prepared or not. */
  first(node: string): number | null;
}

/** `router`: the name of its process. */
export function machines(pidOf: (name: string) => number | null, router: string): Machine {
  return { router: () => pidOf(router), first: (node) => firstProcess(pidOf(node)) };
}

/**
 * The one child of the `unshare` that made the namespaces, which itself stays outside. Null while
 * there is none.
 */
export function firstProcess(unshare: number | null): number | null {
  if (unshare === null) return null;
  try {
    const children = readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8');
    const pid = Number(children.trim().split(' ')[0] ?? '');
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** Whether what node.sh does has been done: before, who enters would find the host's folders. */
export function isPrepared(pid: number): boolean {
  return existsSync(`/proc/${pid}/root${HOME}/ready`);
}

export const isInside = (pid: number): boolean => existsSync(`/proc/${pid}`);

/** A command put before others, so that they run in namespaces of a process. */
export function enter(pid: number, namespaces: readonly string[]): string[] {
  return ['nsenter', `--target=${pid}`, ...namespaces, '--'];
}
