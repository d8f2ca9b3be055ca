/** Where a workload runs: what the scheduler decides and the workflow carries out. */

import type { ClusterName } from './meta.ts';

/** Replicas given to one cluster. */
export interface Share {
  readonly cluster: ClusterName;
  readonly replicas: number;
}

/** What the scheduler thought of one cluster; `reason` is set when it was ruled out. */
export interface Verdict {
  readonly cluster: ClusterName;
  /** Sum over score plugins, 0 to 100 each; `null` when a filter ruled the cluster out. */
  readonly score: number | null;
  /** How many replicas of the workload would still fit; `null` when a filter ruled it out. */
  readonly room: number | null;
  /** Why it was ruled out, in words for the user: "cluster2: no node has 2 CPU free". */
  readonly reason: string | null;
}

export type Placement =
  | {
      readonly kind: 'placed';
      readonly shares: readonly Share[];
      readonly verdicts: readonly Verdict[];
    }
  | {
      readonly kind: 'unplaceable';
      /** One sentence: "0 of 2 clusters fit 4 replicas: …". */
      readonly message: string;
      readonly verdicts: readonly Verdict[];
    };
