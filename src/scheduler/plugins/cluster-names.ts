/** `spec.clusters`: where it names clusters, no other is used. */

import type { ClusterFilter } from '../framework.ts';

export const clusterNames: ClusterFilter = (workload, cluster) => {
  const { clusters } = workload;
  if (clusters.length === 0 || clusters.includes(cluster.name)) return null;
  return { reason: `spec.clusters names only ${clusters.join(', ')}`, keeps: false };
};
