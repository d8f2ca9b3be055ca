/** What the watcher keeps of an OpenMCPDeployment: enough to know whether anything is to be done. */

import * as z from 'zod';
import { KEYS, type ObjectRef } from '../api/meta.ts';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';

export interface ReportedCluster {
  readonly name: string;
  /** `Synced`, or the code of what went wrong; absent while only the controller wrote about it. */
  readonly outcome: string | null;
  /** The member object's generation as we applied it. */
  readonly generation: number | null;
  readonly replicas: number | null;
  readonly readyReplicas: number | null;
}

export interface DeploymentDigest {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly deleting: boolean;
  /** Our finalizer is on it: a deletion has work to do. */
  readonly held: boolean;
  readonly adopts: string | null;
  readonly wanted: number;
  /** Status of the conditions, by type. */
  readonly placed: string;
  readonly placedReason: string;
  readonly synced: string;
  readonly ready: {
    readonly status: string;
    readonly message: string;
    readonly since: string;
  } | null;
  readonly replicas: number | null;
  readonly readyReplicas: number | null;
  readonly clusters: readonly ReportedCluster[];
  readonly clusterMaps: Readonly<Record<string, number>>;
}

const Spec = z.object({ replicas: z.int().default(1) });
const text = z.string().default('');
const count = z.int().nullable().default(null);
const Status = z.object({
  observedGeneration: z.int().default(0),
  replicas: count,
  readyReplicas: count,
  clusterMaps: z.record(z.string(), z.int()).default({}),
  clusters: z
    .array(
      z.object({
        name: z.string(),
        outcome: z.string().nullable().default(null),
        generation: count,
        replicas: count,
        readyReplicas: count,
      }),
    )
    .default([]),
  conditions: z
    .array(
      z.object({
        type: z.string(),
        status: z.string(),
        reason: text,
        message: text,
        lastTransitionTime: text,
      }),
    )
    .default([]),
});
const EMPTY = Status.parse({});

export function deploymentDigest(object: KubeObject): DeploymentDigest {
  const { metadata } = object;
  const spec = Spec.safeParse(object['spec']);
  const status = isRecord(object['status'])
    ? (Status.safeParse(object['status']).data ?? EMPTY)
    : EMPTY;
  const condition = (type: string) => status.conditions.find((each) => each.type === type);
  const placed = condition('Placed');
  const ready = condition('Ready');
  return {
    ref: { namespace: metadata.namespace ?? '', name: metadata.name },
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    observedGeneration: status.observedGeneration,
    deleting: metadata.deletionTimestamp !== undefined,
    held: metadata.finalizers?.includes(KEYS.finalizer) ?? false,
    adopts: metadata.annotations?.[KEYS.adopt] ?? null,
    wanted: spec.success ? spec.data.replicas : 0,
    placed: placed?.status ?? 'Unknown',
    placedReason: placed?.reason ?? '',
    synced: condition('Synced')?.status ?? 'Unknown',
    ready: ready
      ? { status: ready.status, message: ready.message, since: ready.lastTransitionTime }
      : null,
    replicas: status.replicas,
    readyReplicas: status.readyReplicas,
    clusters: status.clusters,
    clusterMaps: status.clusterMaps,
  };
}

/** The last report was about this spec: a workflow has seen it. */
export function observed({ generation, observedGeneration }: DeploymentDigest): boolean {
  return generation === observedGeneration;
}

/** Nothing is left to do, as far as the status tells. A refused spec is settled: it waits for its author. */
export function settled(digest: DeploymentDigest): boolean {
  if (digest.deleting) return !digest.held;
  if (!observed(digest)) return false;
  return (
    digest.placedReason === 'Rejected' || (digest.placed === 'True' && digest.synced === 'True')
  );
}

/** What a change of the resource asks of its workflow; null when it asks nothing (our own status). */
export function reasonToWake(
  now: DeploymentDigest,
  before: DeploymentDigest | null,
): string | null {
  if (before === null || before.uid !== now.uid) return settled(now) ? null : 'found unsettled';
  if (now.deleting && !before.deleting) return 'deleted';
  if (now.generation !== before.generation) return `generation ${now.generation}`;
  if (now.adopts !== before.adopts) return 'adoption changed';
  return null;
}
