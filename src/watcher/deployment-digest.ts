/** What the watcher keeps of an OpenMCPDeployment: enough to know whether anything is to be done. */

import * as z from 'zod';
import { KEYS, MEMBERS_OWN, type ObjectRef } from '../api/meta.ts';
import { NO_SUCH_CLUSTER } from '../api/placement.ts';
import type { KubeObject } from '../kubernetes/object.ts';

interface ReportedCluster {
  readonly name: string;
  /** `Synced`, or the code of what went wrong; absent while only the controller wrote about it. */
  readonly outcome: string | null;
  /** The member object's generation as we applied it. */
  readonly generation: number | null;
  readonly replicas: number | null;
  readonly readyReplicas: number | null;
  /** The generation that was rolled out and ready, as told. */
  readonly readyGeneration: number | null;
  readonly uid: string | null;
}

export interface DeploymentDigest {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly generation: number;
  /** 0 when the last report was about another resource of this name. */
  readonly observedGeneration: number;
  readonly deleting: boolean;
  /** Our finalizer is on it: a deletion has work to do. */
  readonly held: boolean;
  readonly adopts: string | null;
  readonly wanted: number;
  /** Labels and annotations that each member object gets from us. */
  readonly marks: number;
  /** Status of the conditions, by type. */
  readonly placed: string;
  readonly placedReason: string;
  readonly synced: string;
  readonly ready: {
    readonly status: string;
    readonly message: string;
    readonly since: string;
    readonly observedGeneration: number;
  } | null;
  readonly replicas: number | null;
  readonly readyReplicas: number | null;
  readonly clusters: readonly ReportedCluster[];
  readonly clusterMaps: Readonly<Record<string, number>>;
  /** Clusters to which its weights give a share. */
  readonly weighted: readonly string[];
  /** Clusters that its spec names, in whatever field. */
  readonly named: readonly string[];
  /** It was told that some of them are not in the fleet. */
  readonly toldUnknown: boolean;
}

const text = z.string().default('');
const count = z.int().nullable().default(null);
const NO_CONDITION = { status: 'Unknown', reason: '', message: '', lastTransitionTime: '' };
const Metadata = z.object({
  name: z.string(),
  namespace: text,
  uid: text,
  generation: z.int().default(0),
  deletionTimestamp: z.string().optional(),
  finalizers: z.array(z.string()).default([]),
  annotations: z.record(z.string(), z.string()).default({}),
});
const marks = z.record(z.string(), z.unknown()).default({});
const Spec = z.object({
  replicas: z.int().catch(0).default(1),
  labels: marks,
  clusters: z.array(z.string()).default([]),
  weights: marks,
  template: z
    .object({ metadata: z.object({ labels: marks, annotations: marks }).prefault({}) })
    .prefault({}),
});
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
        readyGeneration: count,
        uid: z.string().nullable().default(null),
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
        observedGeneration: z.int().default(0),
      }),
    )
    .default([]),
  workflow: z.object({ uid: z.string().optional() }).prefault({}),
});
const NO_STATUS = Status.parse({});

export function deploymentDigest(object: KubeObject): DeploymentDigest {
  const metadata = Metadata.parse(object.metadata);
  const spec = Spec.parse(object['spec'] ?? {});
  // A status that we cannot read is as good as none: the next report writes it anew.
  const status = Status.safeParse(object['status']).data ?? NO_STATUS;
  const condition = (type: string) => status.conditions.find((each) => each.type === type);
  const placed = condition('Placed') ?? NO_CONDITION;
  const ready = condition('Ready') ?? null;
  const about = status.workflow.uid ?? metadata.uid;
  return {
    ref: { namespace: metadata.namespace, name: metadata.name },
    uid: metadata.uid,
    generation: metadata.generation,
    observedGeneration: about === metadata.uid ? status.observedGeneration : 0,
    deleting: metadata.deletionTimestamp !== undefined,
    held: metadata.finalizers.includes(KEYS.finalizer),
    adopts: metadata.annotations[KEYS.adopt] ?? null,
    wanted: spec.replicas,
    marks: marksOf(spec),
    placed: placed.status,
    placedReason: placed.reason,
    synced: (condition('Synced') ?? NO_CONDITION).status,
    ready: ready && {
      status: ready.status,
      message: ready.message,
      since: ready.lastTransitionTime,
      observedGeneration: ready.observedGeneration,
    },
    replicas: status.replicas,
    readyReplicas: status.readyReplicas,
    clusters: status.clusters,
    clusterMaps: status.clusterMaps,
    weighted: Object.keys(spec.weights).filter((cluster) => spec.weights[cluster] !== 0),
    named: [...spec.clusters, ...Object.keys(spec.weights)],
    toldUnknown: placed.message.includes(NO_SUCH_CLUSTER),
  };
}

/** As child-deployment.ts gives them: the user's, and on each side one of ours. */
function marksOf({ labels, template }: z.infer<typeof Spec>): number {
  const outer = template.metadata;
  const names = new Set([...Object.keys(labels), ...Object.keys(outer.labels)]);
  const notes = Object.keys(outer.annotations).filter((key) => !MEMBERS_OWN.includes(key));
  return names.size + notes.length + 2;
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
