/**
 * What a scheduler plugin is. Plugins are pure functions of what they are given.
 *
 * Filters come in two kinds. One looks at a cluster as a whole; the other at one node, because a
 * pod runs on a single node and has to find everything it needs there: the room of a cluster is
 * what its nodes hold one by one, never what they hold together.
 */

import type { ClusterView, NodeView } from '../api/fleet.ts';
import type { ClusterName } from '../api/meta.ts';
import type { Workload } from '../api/workload.ts';

/** What a node needs to know of a replica. */
export type PodShape = Pick<
  Workload,
  'requests' | 'nodeSelector' | 'nodeAffinity' | 'tolerations' | 'hostPorts' | 'needs'
>;

export interface Refusal {
  /** In words for the user, after the name of the cluster: "it has not joined (UNJOIN)". */
  readonly reason: string;
  /** Replicas that it runs already may stay; it only gets no more. */
  readonly keeps: boolean;
}

/** Why `cluster` cannot be given replicas of `workload`; `null` when it can. */
export type ClusterFilter = (workload: Workload, cluster: ClusterView) => Refusal | null;

export interface NodeFilter {
  /** How many replicas `node` takes as far as this filter can tell: 0 refuses, Infinity does not care. */
  readonly fits: (pod: PodShape, node: NodeView) => number;
  /** What none of `refused` does, to be read after "no node": "has 2 CPU free (largest: 500m)". */
  readonly wanted: (pod: PodShape, refused: readonly NodeView[]) => string;
}

/** A cluster that passed the filters. */
export interface Candidate {
  readonly workload: Workload;
  readonly cluster: ClusterView;
  /** The nodes that take at least one replica; never empty. */
  readonly nodes: readonly NodeView[];
  readonly room: number;
  /** The room of the roomiest candidate. */
  readonly largestRoom: number;
}

/** How well a candidate suits its workload, from 0 to 100. */
export type Score = (candidate: Candidate) => number;

/** What one cluster offers to a division. */
export interface Offer {
  readonly cluster: ClusterName;
  readonly region: string;
  readonly zone: string;
  /** Replicas that it has and may keep; never more than `most`. */
  readonly current: number;
  /** Most replicas that it may have. Equal to `current` where nothing may be added. */
  readonly most: number;
}

export type Division =
  | { readonly kind: 'divided'; readonly replicas: readonly number[] }
  | { readonly kind: 'impossible'; readonly why: string };

/** Deals all replicas of `workload` to `offers`, which come best first; the answer keeps their order. */
export type Divide = (workload: Workload, offers: readonly Offer[]) => Division;
