/** OpenMCPClusters on the hub: reading them, telling how far a saga is, and how it ended. */

import * as z from 'zod';
import { Condition, setCondition } from '../../src/api/conditions.ts';
import type { ClusterReading, ClusterReport } from '../../src/api/joining.ts';
import {
  API_VERSION,
  FIELD_MANAGER,
  KEYS,
  type ObjectRef,
  OPENMCP_NAMESPACE,
} from '../../src/api/meta.ts';
import type { Debt } from '../../src/api/outcome.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { recordEvent } from '../../src/kubernetes/events.ts';
import { OPENMCP_CLUSTERS, OPENMCP_DEPLOYMENTS } from '../../src/kubernetes/resources.ts';
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
  finishJoin(
    ref: ObjectRef,
    uid: string,
    facts: { readonly version: string; readonly nodes: number; readonly workflow: WorkflowRef },
  ): Promise<void>;
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
  /** A leave that was called off before anything was cleaned. */
  stayJoined(ref: ObjectRef, uid: string, workflow: WorkflowRef): Promise<void>;
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
}

const Debts = z.array(
  z.object({
    kind: z.string(),
    namespace: z.string(),
    name: z.string(),
    ownerUid: z.string(),
    since: z.string().optional(),
  }),
);
const Shape = z.object({
  spec: z
    .object({
      joinStatus: z.string().default('UNJOIN'),
      serverIP: z.string().default(''),
      nodeInfo: z
        .object({ region: z.string().default(''), zone: z.string().default('') })
        .default({ region: '', zone: '' }),
      unjoinPolicy: z.enum(['Relocate', 'Remove']).default('Relocate'),
      force: z.boolean().default(false),
    })
    .prefault({}),
  status: z
    .object({ conditions: z.array(Condition).default([]), owed: Debts.default([]) })
    .prefault({}),
});

/** Names in a message; the count tells the rest. */
const NAMED = 5;

export function hubClusterActivities(options: {
  readonly hub: KubeClient;
  readonly now: () => Date;
}): HubClusterActivities {
  const { hub } = options;
  const clusters = new ClusterWriter(hub, options.now);
  return {
    async readCluster(ref) {
      const found = await hub.read(OPENMCP_CLUSTERS, ref);
      return found === null ? null : readingOf(found);
    },
    async reportCluster(ref, uid, report) {
      await clusters.hold(ref, uid);
      await clusters.status(ref, uid, { ...report, join: report.join });
    },
    async finishJoin(ref, uid, { version, nodes, workflow }) {
      const joined = {
        status: 'True',
        reason: 'Joined',
        message: `joined, Kubernetes ${version}, ${nodes} nodes`,
      } as const;
      await clusters.spec(ref, uid, {
        joinStatus: 'JOIN',
        joinStatusTime: options.now().toISOString(),
        unJoinStatusTime: null,
      });
      await clusters.status(ref, uid, { joined, workflow }, { version, nodes });
      await clusters.event(ref, uid, { type: 'Normal', ...joined });
    },
    async failJoin(ref, uid, { reason, message, workflow }) {
      const joined = { status: 'False', reason, message } as const;
      await clusters.spec(ref, uid, { joinStatus: 'UNJOIN' });
      await clusters.status(ref, uid, { joined, workflow });
      await clusters.event(ref, uid, { type: 'Warning', ...joined });
      await clusters.release(ref, uid);
    },
    async finishUnjoin(ref, uid, { owed, workflow }) {
      const message = owed ? 'left by force; the member is owed its clean-up' : 'left';
      const joined = { status: 'False', reason: 'Left', message } as const;
      await clusters.spec(ref, uid, {
        joinStatus: 'UNJOIN',
        unJoinStatusTime: options.now().toISOString(),
        joinStatusTime: null,
        force: null,
      });
      await clusters.status(ref, uid, { joined, workflow });
      await clusters.event(ref, uid, { type: 'Normal', ...joined });
      if (!owed) await clusters.release(ref, uid);
    },
    async stayJoined(ref, uid, workflow) {
      const joined = {
        status: 'True',
        reason: 'Joined',
        message: 'stays: spec.joinStatus is JOIN again',
      } as const;
      await clusters.status(ref, uid, { joined, workflow });
    },
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
      const now = await hub.read(OPENMCP_CLUSTERS, ref);
      if (now?.metadata.uid === uid && readingOf(now).joinStatus === 'UNJOIN')
        await clusters.release(ref, uid);
    },
    reportCredentials: (ref, uid, { expiresAt, problem }) =>
      clusters.credentials(ref, uid, { expiresAt, problem }),
  };
}

function same(one: Debt, other: Debt): boolean {
  return one.kind === other.kind && one.ownerUid === other.ownerUid;
}

function readingOf(object: KubeObject): ClusterReading {
  const { spec, status } = Shape.parse(object);
  const { uid = '', generation = 0, deletionTimestamp } = object.metadata;
  return {
    uid,
    generation,
    deleting: deletionTimestamp !== undefined,
    joinStatus: spec.joinStatus,
    ip: spec.serverIP,
    region: spec.nodeInfo.region,
    zone: spec.nodeInfo.zone,
    unjoinPolicy: spec.unjoinPolicy,
    force: spec.force,
    owed: status.owed,
  };
}

type Said = Partial<Pick<ClusterReport, 'join'>> & Pick<ClusterReport, 'joined' | 'workflow'>;

/** Field managers: each writes its own part of the status, and none undoes another's. */
const CREDENTIALS_MANAGER = `${FIELD_MANAGER}-credentials`;

class ClusterWriter {
  readonly #hub: KubeClient;
  readonly #now: () => Date;

  constructor(hub: KubeClient, now: () => Date) {
    this.#hub = hub;
    this.#now = now;
  }

  /** A cluster with a join behind it or under way is not deleted without a leave. */
  async hold(ref: ObjectRef, uid: string): Promise<void> {
    await this.#apply(
      ref,
      { metadata: { ...ref, uid, finalizers: [KEYS.finalizer] } },
      FIELD_MANAGER,
    );
  }

  async release(ref: ObjectRef, uid: string): Promise<void> {
    await this.#apply(ref, { metadata: { ...ref, uid } }, FIELD_MANAGER);
  }

  async spec(ref: ObjectRef, uid: string, spec: Record<string, unknown>): Promise<void> {
    await this.#hub.patch(OPENMCP_CLUSTERS, ref, { metadata: { uid }, spec }, { type: 'merge' });
  }

  async status(
    ref: ObjectRef,
    uid: string,
    said: Said,
    facts: Record<string, unknown> = {},
  ): Promise<void> {
    const before = await this.#conditions(ref);
    const [joined] = setCondition(
      before.filter(({ type }) => type === 'Joined'),
      { type: 'Joined', ...said.joined },
      this.#now().toISOString(),
    );
    const { workflow, join } = said;
    const status = { conditions: [joined], workflow, ...(join && { join }), ...facts };
    await this.#apply(ref, { metadata: { ...ref, uid }, status }, FIELD_MANAGER, 'status');
  }

  async credentials(
    ref: ObjectRef,
    uid: string,
    { expiresAt, problem }: { expiresAt: string | null; problem: string | null },
  ): Promise<void> {
    const before = await this.#conditions(ref);
    const [condition] = setCondition(
      before.filter(({ type }) => type === 'CredentialsValid'),
      {
        type: 'CredentialsValid',
        status: problem === null ? 'True' : 'Unknown',
        reason: problem === null ? 'Renewed' : 'CredentialsExpiring',
        message: problem ?? '',
      },
      this.#now().toISOString(),
    );
    const status = {
      conditions: [condition],
      ...(expiresAt !== null && { credentials: { expiresAt } }),
    };
    await this.#apply(ref, { metadata: { ...ref, uid }, status }, CREDENTIALS_MANAGER, 'status');
  }

  /** Reads, changes, and writes only if nobody wrote in between: a conflict is retried by Temporal. */
  async debts(
    ref: ObjectRef,
    change: (owed: ClusterDebts, since: string) => ClusterDebts,
  ): Promise<void> {
    const object = await this.#hub.read(OPENMCP_CLUSTERS, ref);
    if (object === null) return;
    const { owed } = Shape.parse(object).status;
    const next = change(owed, this.#now().toISOString());
    if (next === owed) return;
    const { uid, resourceVersion } = object.metadata;
    const body = { metadata: { uid, resourceVersion }, status: { owed: next } };
    await this.#hub.patch(OPENMCP_CLUSTERS, ref, body, { type: 'merge', subresource: 'status' });
  }

  event(
    ref: ObjectRef,
    uid: string,
    said: { type: 'Normal' | 'Warning'; reason: string; message: string },
  ) {
    return recordEvent(this.#hub, {
      regarding: { resource: OPENMCP_CLUSTERS, ...ref, uid },
      type: said.type,
      reason: said.reason,
      message: said.message,
      now: this.#now(),
    });
  }

  async #conditions(ref: ObjectRef): Promise<readonly Condition[]> {
    const object = await this.#hub.read(OPENMCP_CLUSTERS, ref);
    return object === null ? [] : Shape.parse(object).status.conditions;
  }

  async #apply(
    ref: ObjectRef,
    part: { metadata: Record<string, unknown> & { name: string }; status?: unknown },
    fieldManager: string,
    subresource?: 'status',
  ): Promise<void> {
    const object = { apiVersion: API_VERSION, kind: OPENMCP_CLUSTERS.kind, ...part };
    await this.#hub.apply(OPENMCP_CLUSTERS, object, { fieldManager, force: true, subresource });
  }
}

type ClusterDebts = z.infer<typeof Debts>;
