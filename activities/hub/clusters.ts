/** OpenMCPClusters on the hub: reading them, telling how far a saga is, and how it ended. */

import type { ClusterReading, ClusterReport } from '../../src/api/joining.ts';
import { type ObjectRef, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import type { Debt } from '../../src/api/outcome.ts';
import type { KubeClient } from '../../src/kubernetes/client.ts';
import { OPENMCP_CLUSTERS, OPENMCP_DEPLOYMENTS } from '../../src/kubernetes/resources.ts';
import type { AddressesReport } from './cluster-addresses.ts';
import { ClusterWriter, readingOf } from './cluster-writer.ts';
import { claimOf } from './deployments.ts';

interface WorkflowRef {
  readonly id: string;
  readonly runId: string;
}

export interface HubClusterActivities {
  /** Null when it is gone. */
  readCluster(ref: ObjectRef): Promise<ClusterReading | null>;
  /** How far a saga is; also holds the resource until it is over. */
  reportCluster(ref: ObjectRef, uid: string, report: ClusterReport): Promise<void>;
  /** False, and nothing is written, when the cluster is not to be joined any more. */
  finishJoin(
    ref: ObjectRef,
    uid: string,
    facts: {
      readonly version: string;
      readonly nodes: number;
      /** Where it is, for a spec that does not say. */
      readonly region: string;
      readonly zone: string;
      readonly workflow: WorkflowRef;
    },
  ): Promise<boolean>;
  /** Back to UNJOIN, with the reason; `stayed` is what could not be undone. */
  failJoin(
    ref: ObjectRef,
    uid: string,
    failure: {
      readonly reason: string;
      readonly message: string;
      readonly stayed: readonly string[];
      readonly workflow: WorkflowRef;
    },
  ): Promise<void>;
  finishUnjoin(
    ref: ObjectRef,
    uid: string,
    end: { readonly owed: boolean; readonly workflow: WorkflowRef },
  ): Promise<void>;
  /** A leave that was called off before anything was undone. */
  stayJoined(
    ref: ObjectRef,
    uid: string,
    said: { readonly why: string; readonly workflow: WorkflowRef },
  ): Promise<void>;
  /** Workloads that have replicas there, or (with `cleaning`) objects still to be removed. */
  listWorkloadsOn(cluster: string, cleaning: boolean): Promise<{ count: number; names: string[] }>;
  /** Writes down what a member is owed. Twice is once. */
  oweCleanup(cluster: string, debt: Debt): Promise<void>;
  clearDebts(ref: ObjectRef, uid: string, paid: readonly Debt[]): Promise<void>;
  reportCredentials(
    ref: ObjectRef,
    uid: string,
    result: { readonly expiresAt: string | null; readonly problem: string | null },
  ): Promise<void>;
  /** False, and nothing is written, when it is no member any more. */
  reportAddresses(ref: ObjectRef, uid: string, report: AddressesReport): Promise<boolean>;
}

/** Names in a message; the count tells the rest. */
const NAMED = 5;

export function hubClusterActivities(options: {
  readonly hub: KubeClient;
  readonly now: () => Date;
}): HubClusterActivities {
  const { hub, now } = options;
  const clusters = new ClusterWriter(hub, now);
  return {
    async readCluster(ref) {
      const found = await hub.read(OPENMCP_CLUSTERS, ref);
      return found === null ? null : readingOf(found);
    },
    async reportCluster(ref, uid, report) {
      await clusters.hold(ref, uid);
      await clusters.status(ref, uid, { ...report, join: report.join });
    },
    ...endings(clusters, now),
    async listWorkloadsOn(cluster, cleaning) {
      const { items } = await hub.list(OPENMCP_DEPLOYMENTS);
      const names = items
        .filter((item) => {
          const replicas = claimOf(item)[cluster];
          return replicas !== undefined && (replicas > 0 || cleaning);
        })
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
      return { count: names.length, names: names.slice(0, NAMED) };
    },
    oweCleanup: (cluster, debt) =>
      clusters.debts({ namespace: OPENMCP_NAMESPACE, name: cluster }, (owed, since) =>
        owed.some((each) => same(each, debt)) ? owed : [...owed, { ...debt, since }],
      ),
    async clearDebts(ref, uid, paid) {
      await clusters.debts(ref, (owed) =>
        owed.filter((each) => !paid.some((debt) => same(each, debt))),
      );
      const found = await hub.read(OPENMCP_CLUSTERS, ref);
      if (found?.metadata.uid === uid && readingOf(found).joinStatus === 'UNJOIN')
        await clusters.release(ref, uid);
    },
    reportCredentials: (ref, uid, { expiresAt, problem }) =>
      clusters.credentials(ref, uid, { expiresAt, problem }),
    reportAddresses: (ref, uid, report) => clusters.addresses(ref, uid, report),
  };
}

type Endings = Pick<
  HubClusterActivities,
  'finishJoin' | 'failJoin' | 'finishUnjoin' | 'stayJoined'
>;

/**
 * How sagas end: a condition and an Event say why, then the spec says where the cluster stands.
 *
 * In that order, because whoever waits for the spec reads the reason when it comes.
 */
function endings(clusters: ClusterWriter, now: () => Date): Endings {
  return {
    async finishJoin(ref, uid, { version, nodes, region, zone, workflow }) {
      const joined = {
        status: 'True',
        reason: 'Joined',
        message: `joined, Kubernetes ${version}, ${nodes} nodes`,
      } as const;
      const wanted = await clusters.joined(ref, uid, {
        joinStatus: 'JOIN',
        joinStatusTime: now().toISOString(),
        unJoinStatusTime: null,
        nodeInfo: { ...(region !== '' && { region }), ...(zone !== '' && { zone }) },
      });
      if (!wanted) return false;
      await clusters.status(ref, uid, { joined, workflow }, { version, nodes });
      await clusters.event(ref, uid, { type: 'Normal', ...joined });
      return true;
    },
    async failJoin(ref, uid, { reason, message, workflow }) {
      const joined = { status: 'False', reason, message } as const;
      await clusters.status(ref, uid, { joined, workflow });
      await clusters.event(ref, uid, { type: 'Warning', ...joined });
      await clusters.left(ref, uid);
      await clusters.release(ref, uid);
    },
    async finishUnjoin(ref, uid, { owed, workflow }) {
      const message = owed ? 'left by force; the member is owed its clean-up' : 'left';
      const joined = { status: 'False', reason: 'Left', message } as const;
      await clusters.status(ref, uid, { joined, workflow });
      await clusters.event(ref, uid, { type: 'Normal', ...joined });
      await clusters.left(ref, uid, {
        unJoinStatusTime: now().toISOString(),
        joinStatusTime: null,
        force: null,
      });
      if (!owed) await clusters.release(ref, uid);
    },
    async stayJoined(ref, uid, { why, workflow }) {
      const joined = { status: 'True', reason: 'Joined', message: `stays: ${why}` } as const;
      await clusters.status(ref, uid, { joined, workflow });
      await clusters.spec(ref, uid, { joinStatus: 'JOIN' });
    },
  };
}

function same(one: Debt, other: Debt): boolean {
  return one.kind === other.kind && one.ownerUid === other.ownerUid;
}
