/** Builders of workloads, clusters and nodes: a test names only what it is about. */

import type { ClusterView, NodeView } from '../../src/api/fleet.ts';
import { ClusterName } from '../../src/api/meta.ts';
import type { Placement } from '../../src/api/placement.ts';
import type { Workload } from '../../src/api/workload.ts';
import type { Candidate } from '../../src/scheduler/framework.ts';
import type { ClusterFacts, NodeFacts, PodFacts } from '../../src/scheduler/ledger/facts.ts';

export const GI = 2 ** 30;

/** Half a CPU, half a gigabyte. */
export function workload(change: Partial<Workload> = {}): Workload {
  return {
    namespace: 'shop',
    name: 'web',
    uid: 'uid-web',
    generation: 1,
    deleting: false,
    replicas: 4,
    clusters: [],
    affinity: {},
    nodeSelector: {},
    tolerations: [],
    requests: { cpu: 500, memory: GI / 2 },
    hostPorts: [],
    needs: [],
    qos: 'Burstable',
    weights: null,
    spread: [],
    clusterTolerations: [],
    current: {},
    present: [],
    ...change,
  };
}

/** Empty, with 4 CPU and 16 Gi. */
export function node(name: string, change: Partial<NodeView> = {}): NodeView {
  return {
    name,
    labels: {},
    taints: [],
    schedulable: true,
    allocatable: { cpu: 4000, memory: 16 * GI, pods: 110 },
    used: {},
    hostPorts: [],
    qos: { guaranteed: 0, burstable: 0, bestEffort: 0 },
    network: null,
    ...change,
  };
}

/** Joined and healthy, with one empty node. */
export function cluster(name: string, change: Partial<ClusterView> = {}): ClusterView {
  return {
    name: ClusterName.parse(name),
    joined: true,
    leaving: false,
    healthy: true,
    reason: null,
    region: '',
    zones: [],
    taints: [],
    nodes: [node(`${name}-1`)],
    ...change,
  };
}

/** Has room for so many replicas of `workload()` and no more. */
export function clusterFor(name: string, replicas: number, change: Partial<ClusterView> = {}) {
  const allocatable = { cpu: 500 * replicas, memory: 64 * GI, pods: 110 };
  return cluster(name, { nodes: [node(`${name}-1`, { allocatable })], ...change });
}

export function candidate(change: Partial<Candidate> = {}): Candidate {
  const nodes = change.nodes ?? [node('n1')];
  const asked = change.workload ?? workload();
  const seen = change.cluster ?? cluster('one', { nodes });
  return { workload: asked, cluster: seen, nodes, room: 1, largestRoom: 1, ...change };
}

/** Replicas by cluster; `null` when it was not placed. */
export function sharesOf(placement: Placement): Readonly<Record<string, number>> | null {
  if (placement.kind !== 'placed') return null;
  return Object.fromEntries(placement.shares.map((share) => [share.cluster, share.replicas]));
}

export function clusterFacts(change: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    joined: true,
    leaving: false,
    healthy: true,
    reason: null,
    region: '',
    zones: [],
    taints: [],
    ...change,
  };
}

/** 4 CPU and 16 Gi. */
export function nodeFacts(name: string, change: Partial<NodeFacts> = {}): NodeFacts {
  return {
    name,
    labels: {},
    taints: [],
    schedulable: true,
    allocatable: { cpu: 4000, memory: 16 * GI, pods: 110 },
    network: null,
    ...change,
  };
}

/** Of the size of `workload()`, owned by nobody. */
export function podFacts(on: string | null, change: Partial<PodFacts> = {}): PodFacts {
  return {
    node: on,
    ownerUid: null,
    requests: { cpu: 500, memory: GI / 2 },
    hostPorts: [],
    qos: 'Burstable',
    terminal: false,
    leaving: false,
    ...change,
  };
}
