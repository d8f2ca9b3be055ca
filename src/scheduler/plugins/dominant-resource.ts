/** Looks at the resource that runs out first. */

import type { Score } from '../framework.ts';
import { mean, usedShares } from '../used-shares.ts';

/**
 * Mean over nodes of 100 × (1 − dominant share), where the dominant share is the largest used
 * share of any resource, the replica included. The original meant it and computed a constant: it
 * threw the result of its max() away (openmcp.md §3.3).
 */
export const dominantResource: Score = ({ workload, nodes }) =>
  mean(nodes.map((node) => 100 * (1 - Math.max(0, ...usedShares(workload, node)))));
