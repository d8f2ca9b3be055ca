/** Taints of clusters against `spec.clusterTolerations`, as node taints work within a cluster. */

import type { ClusterFilter, Score } from '../framework.ts';
import { describeTaint, untolerated } from '../tolerations.ts';

/** NoSchedule keeps new replicas out; NoExecute also sends away those that are there. */
export const clusterTaints: ClusterFilter = (workload, cluster) => {
  const effects = ['NoExecute', 'NoSchedule'];
  const taints = untolerated(workload.clusterTolerations, cluster.taints, effects);
  if (taints.length === 0) return null;
  const words = taints.map(describeTaint).join(', ');
  return {
    reason: `spec.clusterTolerations does not tolerate its taint ${words}`,
    keeps: taints.every((taint) => taint.effect === 'NoSchedule'),
  };
};

/**
 * 100 without a PreferNoSchedule taint on the cluster; with one, 0. Kubernetes' TaintToleration
 * counts such taints in the same way.
 */
export const preferredTaints: Score = ({ workload, cluster }) =>
  untolerated(workload.clusterTolerations, cluster.taints, ['PreferNoSchedule']).length === 0
    ? 100
    : 0;
