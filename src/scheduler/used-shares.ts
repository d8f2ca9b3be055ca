/** The arithmetic that the scores of free and used capacity have in common. */

import type { NodeView } from '../api/fleet.ts';
import type { PodShape } from './framework.ts';

/** Scored in every case; other resources count when the workload asks for them. */
const ALWAYS = ['cpu', 'memory'];

/**
 * The used share (0 to 1) of each scored resource once one replica is on the node.
 *
 * A resource that the node does not have at all is left out: it says nothing about load.
 */
export function usedShares(pod: PodShape, node: NodeView): readonly number[] {
  const shares: number[] = [];
  const extra = Object.keys(pod.requests).filter((name) => !ALWAYS.includes(name));
  for (const resource of [...ALWAYS, ...extra]) {
    const total = node.allocatable[resource] ?? 0;
    if (total <= 0) continue;
    const used = (node.used[resource] ?? 0) + (pod.requests[resource] ?? 0);
    shares.push(Math.min(1, used / total));
  }
  return shares;
}

/** 0 for nothing. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
