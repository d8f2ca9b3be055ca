/** The member clusters as the scheduler sees them: plain data, one snapshot at a time. */

import type { ClusterName } from './meta.ts';
import type { HostPort, ResourceAmounts } from './workload.ts';

export interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
}

export interface NodeView {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** `Ready` is True and `spec.unschedulable` is not set. */
  readonly schedulable: boolean;
  readonly allocatable: ResourceAmounts;
  /** Requests of the pods bound to it, plus the promises assigned to it. `pods` counts them. */
  readonly used: ResourceAmounts;
  readonly hostPorts: readonly HostPort[];
  /** Bound pods by quality of service, for the QoS score. */
  readonly qos: {
    readonly guaranteed: number;
    readonly burstable: number;
    readonly bestEffort: number;
  };
  /** Bytes per second received and sent; `null` until metrics exist. */
  readonly network: { readonly rx: number; readonly tx: number } | null;
}

export interface ClusterView {
  readonly name: ClusterName;
  /** `spec.joinStatus` is JOIN. */
  readonly joined: boolean;
  /** On its way out: what is there stays until it is moved or removed, and nothing is added. */
  readonly leaving: boolean;
  /** The prober reached it: condition Ready is True. `reason` says why not. */
  readonly healthy: boolean;
  readonly reason: string | null;
  /** From the first node's labels, else `spec.nodeInfo`. */
  readonly region: string;
  readonly zones: readonly string[];
  /** `spec.taints` of the OpenMCPCluster. */
  readonly taints: readonly Taint[];
  readonly nodes: readonly NodeView[];
  /**
   * Replicas of the workload being decided that are bound to nodes here, at no less than its
   * present size: they stay whatever the room. Absent in a view for no workload in particular.
   */
  readonly running?: number | undefined;
}

/** `scheduling-policy`: the framework, or plain round robin. */
export type SchedulingAlgorithm = 'OpenMCP' | 'RR';
