/** Prefers nodes with much of their capacity requested: fills them up. */

import type { Score } from '../framework.ts';
import { mean, usedShares } from '../used-shares.ts';

/**
 * Mean over nodes and resources of 100 × requested / allocatable, the replica included:
 * Kubernetes' MostAllocated. The original (openmcp.md §3.3) took the request of the replica alone
 * and added up over nodes, so that a cluster won by having many of them.
 */
export const mostRequested: Score = ({ workload, nodes }) =>
  mean(nodes.map((node) => 100 * mean(usedShares(workload, node))));
