/**
 * What the scheduler needs to know of a workload: small, JSON, without the manifest.
 *
 * It may travel through workflow histories. Manifests may not: they can hold secrets in `env`.
 */

import type { ClusterName } from './meta.ts';

/** Amounts by resource name. `cpu` in millicores; everything else in its own unit (bytes, count). */
export type ResourceAmounts = Readonly<Record<string, number>>;

export interface Toleration {
  readonly key?: string | undefined;
  readonly operator?: 'Exists' | 'Equal' | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
}

export interface HostPort {
  readonly port: number;
  readonly protocol: string;
  readonly hostIp: string;
}

/** One condition on a node: on a label's value, or on the node's name (`field`). */
export interface NodeCondition {
  readonly on: 'label' | 'field';
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

/** How a placement is spread over one topology key. */
export interface SpreadConstraint {
  readonly by: 'cluster' | 'region' | 'zone';
  /** Most replicas by which two groups may differ; absent means no limit. */
  readonly maxSkew?: number | undefined;
  /** Fewest and most groups that get replicas. */
  readonly minGroups?: number | undefined;
  readonly maxGroups?: number | undefined;
}

export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** `metadata.deletionTimestamp` is set: it belongs nowhere. */
  readonly deleting: boolean;
  readonly replicas: number;
  /** `spec.clusters`: only these may run it; empty means any. */
  readonly clusters: readonly string[];
  /** `spec.affinity`: any of the values of each key, all keys. */
  readonly affinity: Readonly<Record<string, readonly string[]>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Required node affinity: one of the terms must hold, all conditions of it; empty means any. */
  readonly nodeAffinity?: readonly (readonly NodeCondition[])[] | undefined;
  readonly tolerations: readonly Toleration[];
  /** Of one replica: max(sum of containers, largest init container) per resource, plus overhead. */
  readonly requests: ResourceAmounts;
  readonly hostPorts: readonly HostPort[];
  /** Resource names that a node must offer to count (`resources.needs`), whatever the amount. */
  readonly needs: readonly string[];
  readonly qos: 'Guaranteed' | 'Burstable' | 'BestEffort';
  /** `spec.weights`: static weights by cluster; `null` divides evenly. */
  readonly weights: Readonly<Record<string, number>> | null;
  readonly spread: readonly SpreadConstraint[];
  /** Tolerations for the taints of clusters (`spec.clusterTolerations`). */
  readonly clusterTolerations: readonly Toleration[];
  /** What was decided last, from the annotation `openmcp.k8s.io/placement`; empty at first. */
  readonly current: Readonly<Record<ClusterName | string, number>>;
  /** Clusters that may still hold objects of this workload, placed there or not. */
  readonly present: readonly string[];
}
