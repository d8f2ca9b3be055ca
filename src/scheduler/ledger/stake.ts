/** What one workload has in one cluster: pods that are bound, and promises that are not pods yet. */

import type { ResourceAmounts } from '../../api/workload.ts';
import type { PodShape } from '../framework.ts';
import type { PodFacts } from './facts.ts';
import type { Load } from './node-load.ts';

export interface BoundPod {
  readonly facts: PodFacts;
  readonly node: string;
  /** What it counts for: no less than was promised for it, since its successors will need that. */
  load: Load;
}

export interface Promised {
  readonly shape: PodShape;
  /** Tells one shape from another. */
  readonly signature: string;
  readonly load: Load;
  readonly replicas: number;
}

export interface Stake {
  readonly uid: string;
  readonly pods: Map<string, BoundPod>;
  /** Pods that redeem a promise: bound, and not on their way out. */
  redeemed: number;
  promised: Promised | null;
  /** Replicas kept on a node for pods to come, by the name of the node. */
  readonly kept: Map<string, number>;
}

export function newStake(uid: string): Stake {
  return { uid, pods: new Map(), redeemed: 0, promised: null, kept: new Map() };
}

export function isEmpty(stake: Stake): boolean {
  return stake.promised === null && stake.pods.size === 0;
}

/** Promised replicas that neither a pod nor a kept place stands for; negative when too many do. */
export function openReplicas(stake: Stake): number {
  let kept = 0;
  for (const replicas of stake.kept.values()) kept += replicas;
  return Math.max(0, (stake.promised?.replicas ?? 0) - stake.redeemed) - kept;
}

export function promisedOf(shape: PodShape, replicas: number): Promised {
  const { requests, nodeSelector, nodeAffinity, tolerations, hostPorts, needs } = shape;
  const parts = [requests, nodeSelector, nodeAffinity ?? [], tolerations, hostPorts, needs];
  const load = { requests, hostPorts, qos: null };
  return { shape, signature: JSON.stringify(parts), load, replicas };
}

export function isSameShape(before: Promised | null, now: Promised | null): before is Promised {
  return before !== null && before.signature === now?.signature;
}

export function loadOf(facts: PodFacts, promised: Promised | null): Load {
  const { hostPorts, qos } = facts;
  const requests = promised === null ? facts.requests : larger(facts, promised.load);
  return { requests, hostPorts, qos };
}

function larger(pod: PodFacts, promised: Load): ResourceAmounts {
  if (covers(pod.requests, promised.requests)) return pod.requests;
  const most = { ...pod.requests };
  for (const [resource, amount] of Object.entries(promised.requests)) {
    most[resource] = Math.max(most[resource] ?? 0, amount);
  }
  return most;
}

export function covers(requests: ResourceAmounts, least: ResourceAmounts): boolean {
  return Object.entries(least).every(([resource, amount]) => (requests[resource] ?? 0) >= amount);
}
