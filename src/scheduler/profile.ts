/** Which plugins decide, in which order, and how much each score counts. */

import type { Candidate, ClusterFilter, NodeFilter, Score } from './framework.ts';
import { balancedNetwork } from './plugins/balanced-network.ts';
import { clusterAffinity } from './plugins/cluster-affinity.ts';
import { clusterHealthy, clusterJoined } from './plugins/cluster-joined.ts';
import { clusterNames } from './plugins/cluster-names.ts';
import { clusterTaints, preferredTaints } from './plugins/cluster-taints.ts';
import { clusterWeights } from './plugins/cluster-weights.ts';
import { dominantResource } from './plugins/dominant-resource.ts';
import { freeRoom } from './plugins/free-room.ts';
import { hostPorts } from './plugins/host-ports.ts';
import { leastRequested } from './plugins/least-requested.ts';
import { mostRequested } from './plugins/most-requested.ts';
import { neededResources } from './plugins/needed-resources.ts';
import { nodeAffinity } from './plugins/node-affinity.ts';
import { nodeReady } from './plugins/node-ready.ts';
import { nodeResources } from './plugins/node-resources.ts';
import { nodeSelector } from './plugins/node-selector.ts';
import { nodeTaints } from './plugins/node-taints.ts';
import { qos } from './plugins/qos.ts';
import { requestedToCapacityRatio } from './plugins/requested-to-capacity-ratio.ts';

/** The user reads the first refusal: what the user wrote comes before the state of the cluster. */
export const CLUSTER_FILTERS: readonly ClusterFilter[] = [
  clusterNames,
  clusterWeights,
  clusterJoined,
  clusterTaints,
  clusterAffinity,
  clusterHealthy,
];

/** What a node is comes before what it has left, so that "largest" speaks of suitable nodes only. */
export const NODE_FILTERS: readonly NodeFilter[] = [
  nodeReady,
  nodeSelector,
  nodeAffinity,
  nodeTaints,
  neededResources,
  hostPorts,
  nodeResources,
];

/**
 * Free room outweighs the rest, so that the remainder of an even split goes to the freest cluster;
 * `mostRequested` only softens `leastRequested`, which it undoes weight for weight.
 */
const SCORES: readonly { readonly score: Score; readonly weight: number }[] = [
  { score: freeRoom, weight: 6 },
  { score: leastRequested, weight: 3 },
  { score: preferredTaints, weight: 3 },
  { score: dominantResource, weight: 1 },
  { score: requestedToCapacityRatio, weight: 1 },
  { score: balancedNetwork, weight: 1 },
  { score: qos, weight: 1 },
  { score: mostRequested, weight: 1 },
];
const TOTAL_WEIGHT = SCORES.reduce((sum, { weight }) => sum + weight, 0);

/** The weighted mean, 0 to 100, to two places: what people read is what decides. */
export function scoreOf(candidate: Candidate): number {
  const sum = SCORES.reduce((total, { score, weight }) => total + weight * score(candidate), 0);
  return Math.round((100 * sum) / TOTAL_WEIGHT) / 100;
}
