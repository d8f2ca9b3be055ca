/** Only clusters that have joined and answer are given replicas. */

import type { ClusterView } from '../../api/fleet.ts';
import type { ClusterFilter } from '../framework.ts';

/** A cluster that has left, or is leaving, loses what it holds. */
export const clusterJoined: ClusterFilter = (_workload, cluster) =>
  cluster.joined
    ? null
    : {
        reason: cluster.leaving ? 'it is leaving' : `it has not joined${why(cluster)}`,
        keeps: false,
      };

/**
 * A cluster that does not answer keeps what it holds: its pods most likely run on, and moving them
 * is a failover, which is a decision of its own.
 */
export const clusterHealthy: ClusterFilter = (_workload, cluster) =>
  cluster.healthy ? null : { reason: `it is not healthy${why(cluster)}`, keeps: true };

function why({ reason }: ClusterView): string {
  return reason === null ? '' : ` (${reason})`;
}
