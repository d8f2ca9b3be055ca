/** Where a workload runs: what the scheduler decides and the workflow carries out. */

import type { ClusterName } from './meta.ts';

/** Begins what `Placed` says of names in the spec that are no cluster; what follows is like "spec.clusters: nope". */
export const NO_SUCH_CLUSTER = 'the fleet has no cluster as named in';

/** Replicas given to one cluster. */
export interface Share {
  readonly cluster: ClusterName;
  readonly replicas: number;
}

/** What the scheduler thought of one cluster; `reason` is set when it was ruled out. */
export interface Verdict {
  readonly cluster: ClusterName;
  /** Weighted mean of the score plugins, 0 to 100; `null` when the cluster was ruled out. */
  readonly score: number | null;
  /**
   * How many replicas of the workload its nodes hold in all, those that it runs there included;
   * `null` when a filter ruled the cluster out before its nodes were looked at.
   */
  readonly room: number | null;
  /** Why it was ruled out, in words for the user: "no node has 2 CPU free (largest: 500m)". */
  readonly reason: string | null;
}

export type Placement =
  | {
      readonly kind: 'placed';
      /** By name of the cluster, none of them zero. */
      readonly shares: readonly Share[];
      readonly verdicts: readonly Verdict[];
      /** Clusters that the spec names and the fleet does not have: "spec.clusters: nope". */
      readonly unknown?: readonly string[];
    }
  | {
      readonly kind: 'unplaceable';
      /** One sentence: "only 6 of 10 replicas fit: cluster1 4, cluster2 2; cluster3: …". */
      readonly message: string;
      /** What it has and keeps meanwhile; not what it had in clusters that have left. */
      readonly kept: readonly Share[];
      readonly verdicts: readonly Verdict[];
    };

/** What a pass is to do with a placement: where it writes, what it leaves, what it says. */
export interface DeploymentPlan {
  readonly kind: Placement['kind'];
  /** Why it cannot be placed, or what is amiss although it is; empty when nothing is. */
  readonly message: string;
  readonly shares: readonly Share[];
  /** Clusters that may still hold objects and shall not. */
  readonly leaving: readonly string[];
  /** The annotation to be: shares, and 0 for those that leave. */
  readonly claim: Readonly<Record<string, number>>;
}
