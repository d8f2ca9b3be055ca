/** `spec.weights`: a cluster without a weight gets nothing. */

import type { ClusterFilter } from '../framework.ts';

export const clusterWeights: ClusterFilter = (workload, cluster) => {
  if (workload.weights === null || (workload.weights[cluster.name] ?? 0) > 0) return null;
  return { reason: 'spec.weights gives it nothing', keeps: false };
};
