/** Scores utilisation along a bent line, so that the last third of a node costs more. */

import type { Score } from '../framework.ts';
import { mean, usedShares } from '../used-shares.ts';

/**
 * Utilisation in percent -> score. Up to two thirds full hardly matters; from there on every pod
 * that has to restart elsewhere finds less and less room.
 */
const SHAPE: readonly (readonly [utilisation: number, score: number])[] = [
  [0, 100],
  [66, 75],
  [100, 0],
];

/**
 * Mean over nodes and resources of the line at the utilisation with the replica included:
 * Kubernetes' RequestedToCapacityRatio. The original's line, in integer arithmetic, had only the
 * values 1 and 2 (openmcp.md §3.3).
 */
export const requestedToCapacityRatio: Score = ({ workload, nodes }) =>
  mean(nodes.map((node) => mean(usedShares(workload, node).map((share) => onLine(100 * share)))));

function onLine(utilisation: number): number {
  for (const [index, [x, y]] of SHAPE.entries()) {
    const next = SHAPE[index + 1];
    if (next === undefined || utilisation > next[0]) continue;
    return y + ((next[1] - y) * (utilisation - x)) / (next[0] - x);
  }
  return SHAPE.at(-1)?.[1] ?? 0;
}
