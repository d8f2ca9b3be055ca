/**
 * What is free in the fleet right now, with everything counted that was promised already.
 *
 * Between the decision and the pods lies a second or more, in which the next workload is decided.
 * So a decision is entered as a promise: replicas that no pod stands for yet are kept on nodes as
 * if they were there, and each pod that is bound redeems one. Overcommit is impossible as long as
 * every decision is taken from `viewFor` and entered before the next one.
 */

import type { ClusterView } from '../api/fleet.ts';
import { ClusterName } from '../api/meta.ts';
import type { Share } from '../api/placement.ts';
import type { ResourceAmounts } from '../api/workload.ts';
import type { PodShape } from './framework.ts';
import { ClusterLedger } from './ledger/cluster-ledger.ts';
import type { ClusterFacts, NodeFacts, PodFacts } from './ledger/facts.ts';

export interface Ledger {
  setCluster(cluster: string, facts: ClusterFacts): void;
  /** Forgets its nodes and pods too; promises made for it wait for its return. */
  removeCluster(cluster: string): void;
  /** Forgets nodes and pods alone: they are about to be counted anew. */
  emptyCluster(cluster: string): void;
  setNode(cluster: string, facts: NodeFacts): void;
  removeNode(cluster: string, node: string): void;
  /** `key` is unique within the cluster: namespace/name. */
  setPod(cluster: string, key: string, facts: PodFacts): void;
  removePod(cluster: string, key: string): void;
  /** Replaces what was promised to `uid` before, everywhere. */
  promise(uid: string, shape: PodShape, shares: readonly Share[]): void;
  /** Ends its promises; its pods count until they are gone. */
  release(uid: string): void;
  /** Promised replicas in a cluster for which none of its nodes has room. */
  unplaced(cluster: string): number;
  /** By name. A snapshot: later changes make new views and leave these as they are. */
  view(): readonly ClusterView[];
  /**
   * The fleet as if `uid` had nothing in it: what a decision about it starts from. `running`
   * counts its bound pods of at least `requests`, or all of them when none are given.
   */
  viewFor(uid: string, requests?: ResourceAmounts): readonly ClusterView[];
}

export function createLedger(): Ledger {
  const clusters = new Map<string, ClusterLedger>();
  /** Where each workload has promises. */
  const promised = new Map<string, readonly ClusterName[]>();
  let sorted: readonly ClusterLedger[] | null = null;

  function ledgerOf(name: string): ClusterLedger {
    const known = clusters.get(name);
    if (known !== undefined) return known;
    const ledger = new ClusterLedger(ClusterName.parse(name));
    clusters.set(name, ledger);
    sorted = null;
    return ledger;
  }

  function inOrder(): readonly ClusterLedger[] {
    sorted ??= [...clusters].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, ledger]) => ledger);
    return sorted;
  }

  function promise(uid: string, shape: PodShape, shares: readonly Share[]): void {
    for (const cluster of promised.get(uid) ?? []) {
      if (shares.some((share) => share.cluster === cluster)) continue;
      clusters.get(cluster)?.promise(uid, shape, 0);
    }
    for (const { cluster, replicas } of shares) ledgerOf(cluster).promise(uid, shape, replicas);
    if (shares.length === 0) promised.delete(uid);
    else
      promised.set(
        uid,
        shares.map(({ cluster }) => cluster),
      );
  }

  return {
    setCluster: (cluster, facts) => ledgerOf(cluster).setFacts(facts),
    removeCluster(cluster) {
      const ledger = clusters.get(cluster);
      ledger?.clear();
      if (ledger?.empty !== true) return;
      clusters.delete(cluster);
      sorted = null;
    },
    emptyCluster: (cluster) => clusters.get(cluster)?.forgetContents(),
    setNode: (cluster, facts) => ledgerOf(cluster).setNode(facts),
    removeNode: (cluster, node) => clusters.get(cluster)?.removeNode(node),
    setPod: (cluster, key, facts) => ledgerOf(cluster).setPod(key, facts),
    removePod: (cluster, key) => clusters.get(cluster)?.removePod(key),
    promise,
    release: (uid) => promise(uid, NOTHING, []),
    unplaced: (cluster) => clusters.get(cluster)?.unplaced() ?? 0,
    view: () => inOrder().flatMap((ledger) => ledger.view() ?? []),
    viewFor: (uid, requests = {}) =>
      inOrder().flatMap((ledger) => ledger.viewWithout(uid, requests) ?? []),
  };
}

/** The shape of a promise of no replicas. */
const NOTHING: PodShape = {
  requests: {},
  nodeSelector: {},
  tolerations: [],
  hostPorts: [],
  needs: [],
};
