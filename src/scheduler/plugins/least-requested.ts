/** Prefers nodes with little of their capacity requested: spreads load. */

import type { Score } from '../framework.ts';
import { mean, usedShares } from '../used-shares.ts';

/**
 * Mean over nodes and resources of 100 × (allocatable − requested) / allocatable, the replica
 * included: Kubernetes' LeastAllocated. The original had it and never registered it.
 */
export const leastRequested: Score = ({ workload, nodes }) =>
  mean(nodes.map((node) => 100 * (1 - mean(usedShares(workload, node)))));
