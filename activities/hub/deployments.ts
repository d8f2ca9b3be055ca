/** OpenMCPDeployments on the hub: reading them, claiming a placement, reporting what came of it. */

import { cancellationSignal } from '@temporalio/activity';
import * as z from 'zod';
import { Condition } from '../../src/api/conditions.ts';
import { codeOf, ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import { API_VERSION, FIELD_MANAGER, KEYS, type ObjectRef } from '../../src/api/meta.ts';
import type { Outcome } from '../../src/api/outcome.ts';
import type { DeploymentReading, FoundDeployment } from '../../src/api/reading.ts';
import type { Workload } from '../../src/api/workload.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { recordEvent } from '../../src/kubernetes/events.ts';
import { OPENMCP_DEPLOYMENTS } from '../../src/kubernetes/resources.ts';

/** The parts of the status that a pass builds on. Others may be there; they are not ours. */
const DeploymentStatus = z.object({
  clusters: z
    .array(
      z.object({
        name: z.string(),
        uid: z.string().optional(),
        readyReplicas: z.int().default(0),
        readyGeneration: z.int().default(0),
      }),
    )
    .default([]),
  conditions: z.array(Condition).default([]),
});
const Claim = z.record(z.string(), z.int().nonnegative());

export interface DeploymentReport {
  readonly generation: number;
  /** Replicas by cluster, as `status.clusterMaps` shows them. */
  readonly clusterMaps: Readonly<Record<string, number>>;
  readonly outcomes: readonly Outcome[];
  readonly conditions: readonly Omit<Condition, 'lastTransitionTime'>[];
  readonly before: readonly Condition[];
  readonly workflow: { readonly id: string; readonly runId: string };
  /** Events for people: what was decided or came of it, and is new. */
  readonly events: readonly {
    readonly type: 'Normal' | 'Warning';
    readonly reason: string;
    readonly message: string;
  }[];
}

export interface HubDeploymentActivities {
  /** Puts finalizer and placement on the resource. */
  claimDeployment(
    ref: ObjectRef,
    uid: string,
    claimed: Readonly<Record<string, number>>,
  ): Promise<void>;
  reportDeployment(ref: ObjectRef, uid: string, report: DeploymentReport): Promise<void>;
  /** Lets the resource go. Absent already is success. */
  releaseDeployment(ref: ObjectRef, uid: string): Promise<void>;
}

interface Of {
  readonly uid: string;
  readonly version?: string | undefined;
}

/** Reading and claiming share one activity, which must not be given up before they are. */
const CALL_TIMEOUT_MS = 4_000;
const callOptions = () => ({ signal: cancellationSignal(), timeoutMs: CALL_TIMEOUT_MS });

/** The resources themselves; only within an activity. */
export interface HubDeployments {
  /** Null when the resource is gone. */
  read(ref: ObjectRef): Promise<FoundDeployment | null>;
  /**
   * Puts finalizer and placement on it: `NotFound` when it is gone, or another one by now; with a
   * resourceVersion, `Conflict` when it is not at that any more.
   */
  claim(ref: ObjectRef, of: Of, claimed: Readonly<Record<string, number>>): Promise<void>;
}

export function hubDeployments(options: {
  readonly hub: KubeClient;
  /** Turns the raw resource into what the scheduler needs; throws `Rejected` for a bad spec. */
  readonly parse: (resource: KubeObject) => Workload;
  /** Keeps a resource for the visit to the members that follows its reading. */
  readonly remember: (resource: KubeObject) => void;
}): HubDeployments {
  const { hub, parse, remember } = options;
  return {
    async read(ref) {
      const resource = await hub.read(OPENMCP_DEPLOYMENTS, ref, callOptions());
      if (resource === null) return null;
      remember(resource);
      return {
        reading: readingOf(resource),
        deleting: resource.metadata.deletionTimestamp !== undefined,
        version: resource.metadata.resourceVersion,
        spec: specOf(resource, parse),
      };
    },

    async claim(ref, of, claimed) {
      const annotations = { [KEYS.placement]: JSON.stringify(claimed) };
      await applyMetadata(hub, { ref, ...of }, { finalizers: [KEYS.finalizer], annotations });
    },
  };
}

export function hubDeploymentActivities(options: {
  readonly hub: KubeClient;
  readonly deployments: HubDeployments;
  readonly now: () => Date;
}): HubDeploymentActivities {
  const { hub, deployments, now } = options;
  return {
    claimDeployment: (ref, uid, claimed) => deployments.claim(ref, { uid }, claimed),

    async reportDeployment(ref, uid, report) {
      const status = statusOf(report, { uid, now: now().toISOString() });
      const resource = {
        apiVersion: API_VERSION,
        kind: OPENMCP_DEPLOYMENTS.kind,
        metadata: { ...ref, uid },
        status,
      };
      await hub.apply(OPENMCP_DEPLOYMENTS, resource, {
        fieldManager: FIELD_MANAGER,
        force: true,
        subresource: 'status',
      });
      const regarding = { resource: OPENMCP_DEPLOYMENTS, ...ref, uid };
      for (const event of report.events) {
        await recordEvent(hub, { regarding, ...event, now: now() });
      }
    },

    async releaseDeployment(ref, uid) {
      try {
        // What we no longer apply leaves: our finalizer, and nobody else's.
        const released = await applyMetadata(hub, { ref, uid }, {});
        await removeFinalizer(hub, released);
      } catch (error) {
        if (codeOf(error) !== ErrorCode.NotFound) throw error;
      }
    },
  };
}

/** The uid makes the API server refuse the write when the resource is gone, or another one by now. */
async function applyMetadata(
  hub: KubeClient,
  owner: Of & { readonly ref: ObjectRef },
  metadata: {
    readonly finalizers?: readonly string[];
    readonly annotations?: Readonly<Record<string, string>>;
  },
): Promise<KubeObject> {
  const { ref, uid, version } = owner;
  const resourceVersion = version === undefined ? {} : { resourceVersion: version };
  const resource = {
    apiVersion: API_VERSION,
    kind: OPENMCP_DEPLOYMENTS.kind,
    metadata: { ...ref, uid, ...resourceVersion, ...metadata },
  };
  try {
    const options = { fieldManager: FIELD_MANAGER, force: true, ...callOptions() };
    return await hub.apply(OPENMCP_DEPLOYMENTS, resource, options);
  } catch (error) {
    const code = codeOf(error);
    // Gone is a 409, made again under the same name a 422: another uid "is immutable".
    if (code !== ErrorCode.Conflict && code !== ErrorCode.Rejected) throw error;
    const present = await hub.read(OPENMCP_DEPLOYMENTS, ref);
    if (present?.metadata.uid === uid) throw error;
    throw new OpenMcpError(
      ErrorCode.NotFound,
      `cannot write ${ref.namespace}/${ref.name}: it is gone, or was made again meanwhile`,
    );
  }
}

/** Whoever restored or copied the resource by server-side apply owns the finalizer with us: so it stayed. */
async function removeFinalizer(hub: KubeClient, { metadata }: KubeObject): Promise<void> {
  const { namespace, name, uid, resourceVersion, finalizers = [] } = metadata;
  if (!finalizers.includes(KEYS.finalizer)) return;
  const left = finalizers.filter((finalizer) => finalizer !== KEYS.finalizer);
  const body = { metadata: { uid, resourceVersion, finalizers: left } };
  await hub.patch(OPENMCP_DEPLOYMENTS, { namespace, name }, body, { type: 'merge' });
}

function readingOf(resource: KubeObject): DeploymentReading {
  const { metadata } = resource;
  const { clusters, conditions } = DeploymentStatus.parse(resource['status'] ?? {});
  return {
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    held: metadata.finalizers?.includes(KEYS.finalizer) ?? false,
    claimed: claimOf(resource),
    known: Object.fromEntries(
      clusters.flatMap(({ name, uid }) => (uid === undefined ? [] : [[name, uid]])),
    ),
    ready: Object.fromEntries(clusters.map(({ name, readyReplicas }) => [name, readyReplicas])),
    readyGenerations: Object.fromEntries(
      clusters.map(({ name, readyGeneration }) => [name, readyGeneration]),
    ),
    conditions,
  };
}

function specOf(
  resource: KubeObject,
  parse: (resource: KubeObject) => Workload,
): FoundDeployment['spec'] {
  try {
    return { workload: parse(resource) };
  } catch (error) {
    if (codeOf(error) !== ErrorCode.Rejected || !(error instanceof Error)) throw error;
    return { problem: error.message };
  }
}

/** Replicas by cluster, from the annotation that a claim wrote; empty when there is none. */
export function claimOf(resource: KubeObject): Readonly<Record<string, number>> {
  const text = resource.metadata.annotations?.[KEYS.placement];
  if (text === undefined) return {};
  try {
    return Claim.parse(JSON.parse(text));
  } catch {
    // Someone edited it. The next claim writes it anew; what was there is found by its label.
    return {};
  }
}

function statusOf(
  report: DeploymentReport,
  { uid: owner, now }: { readonly uid: string; readonly now: string },
): Record<string, unknown> {
  const clusters = report.outcomes.map(({ cluster, code, message, uid, generation }) => ({
    name: cluster,
    outcome: code ?? 'Synced',
    message,
    ...(uid === undefined ? {} : { uid }),
    ...(generation === undefined ? {} : { generation }),
  }));
  const conditions = report.conditions.map((next) => {
    const before = report.before.find(({ type }) => type === next.type);
    const since = before?.status === next.status ? before.lastTransitionTime : now;
    return { ...next, lastTransitionTime: since };
  });
  return {
    observedGeneration: report.generation,
    clusterMaps: report.clusterMaps,
    clusters,
    conditions,
    // The API server does not fence a status by uid: so it says itself what it is about.
    workflow: { ...report.workflow, uid: owner },
  };
}
