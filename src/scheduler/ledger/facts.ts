/** What the ledger is told of clusters, their nodes and their pods. */

import type { ClusterView, NodeView } from '../../api/fleet.ts';
import type { HostPort, ResourceAmounts, Workload } from '../../api/workload.ts';

/** Region and zones are those that its nodes do not tell themselves (`spec.nodeInfo`). */
export type ClusterFacts = Pick<
  ClusterView,
  'joined' | 'leaving' | 'healthy' | 'reason' | 'region' | 'zones' | 'taints'
>;

export type NodeFacts = Pick<
  NodeView,
  'name' | 'labels' | 'taints' | 'schedulable' | 'allocatable' | 'network'
>;

export interface PodFacts {
  /** `null` until it is bound. */
  readonly node: string | null;
  /** The resource on the hub whose replica it is. */
  readonly ownerUid: string | null;
  readonly requests: ResourceAmounts;
  readonly hostPorts: readonly HostPort[];
  readonly qos: Workload['qos'];
  /** It has ended and holds nothing any more. */
  readonly terminal: boolean;
  /** It is being deleted: it holds what it has, but another one will take its place. */
  readonly leaving: boolean;
}
