/**
 * `spec.affinity`: the region and zone where a workload belongs.
 *
 * One node has to satisfy every key (openmcp.md §1.2): a cluster with a node in the region and
 * another one in the zone is not in that zone of that region.
 */

import type { ClusterView, NodeView } from '../../api/fleet.ts';
import type { ClusterFilter } from '../framework.ts';
import { labelledPlace } from '../topology.ts';

export const clusterAffinity: ClusterFilter = (workload, cluster) => {
  const wanted = Object.entries(workload.affinity).filter(([, values]) => values.length > 0);
  // Where the nodes of a cluster that does not answer are, nobody can say now.
  if (wanted.length === 0 || !cluster.healthy) return null;
  const suits = (node: NodeView) =>
    wanted.every(([key, values]) =>
      placesOf(key, node, cluster).some((place) => values.includes(place)),
    );
  if (cluster.nodes.some(suits)) return null;

  const words = wanted.map(([key, values]) => `${key} ${values.join(' or ')}`).join(' and ');
  return { reason: `no node is in ${words} (${whereabouts(cluster)})`, keeps: false };
};

/** A node without labels is where its cluster says that it is. */
function placesOf(key: string, node: NodeView, cluster: ClusterView): readonly string[] {
  if (key !== 'region' && key !== 'zone') return [node.labels[key] ?? []].flat();
  const place = labelledPlace(node.labels, key);
  if (place !== null) return [place];
  return key === 'region' ? [cluster.region] : cluster.zones;
}

function whereabouts(cluster: ClusterView): string {
  const region = cluster.region === '' ? 'no region' : `region ${cluster.region}`;
  const zones = cluster.zones.length === 0 ? 'no zone' : `zone ${cluster.zones.join(', ')}`;
  return `it is in ${region}, ${zones}`;
}
