/** What came of carrying a decision to one cluster, in the form that status and workflows share. */

import type { ClusterName, ObjectRef } from './meta.ts';
import type { Share } from './placement.ts';

/** `code` is one of the error codes, or null when the cluster has what was decided. */
export interface Outcome {
  readonly cluster: ClusterName;
  readonly code: string | null;
  readonly message: string;
  /** The member object's own uid and generation, as the apply left it; absent when it failed. */
  readonly uid?: string | undefined;
  readonly generation?: number | undefined;
}

/** A member object that must go: recorded when its cluster cannot be reached, paid when it returns. */
export interface Debt {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly ownerUid: string;
}

/** What one visit to the members carries: a reference and numbers, never the manifest. */
export interface Delivery {
  readonly ref: ObjectRef;
  /** The owner's uid: a resource deleted and made again is another one. */
  readonly uid: string;
  readonly generation: number;
  readonly shares: readonly Share[];
  /** Uids of member objects known to be ours, by cluster: they need not be looked at first. */
  readonly known: Readonly<Record<string, string>>;
}
