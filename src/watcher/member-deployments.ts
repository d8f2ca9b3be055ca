/**
 * The Deployments that we own in the members, as they are: for status and for drift.
 *
 * Only objects with our owner label are watched, and only numbers of them are kept.
 */

import * as z from 'zod';
import { FIELD_MANAGER, KEYS, type ObjectRef } from '../api/meta.ts';
import type { Member } from '../fleet/members.ts';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { type Reflector, reflect } from '../kubernetes/reflector.ts';
import { DEPLOYMENTS } from '../kubernetes/resources.ts';

export interface ChildFacts {
  readonly ref: ObjectRef;
  readonly ownerUid: string;
  readonly uid: string;
  readonly generation: number;
  /** Labels and annotations on it that are as we applied them last. */
  readonly marks: number;
  /** The member's own controller has seen this generation. */
  readonly observed: boolean;
  /** As the object wants them. */
  readonly wanted: number;
  /** As they are. */
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly updatedReplicas: number;
}

export interface MemberDeployments {
  add(member: Member): void;
  remove(cluster: string): void;
  /** Clusters where the first listing is complete: what is absent there is absent. */
  synced(cluster: string): boolean;
  child(cluster: string, ref: ObjectRef): ChildFacts | null;
  clusters(): readonly string[];
  stop(): Promise<void>;
}

export function watchMemberDeployments(options: {
  readonly onChange: (owner: ObjectRef, cluster: string) => void;
  /** The first listing of a member is complete. */
  readonly onSynced: (cluster: string) => void;
  readonly onError: (error: unknown) => void;
}): MemberDeployments {
  const { onChange, onSynced, onError } = options;
  const watches = new Map<string, { reflector: Reflector<ChildFacts>; synced: boolean }>();
  function remove(cluster: string): void {
    watches.get(cluster)?.reflector.stop().catch(onError);
    watches.delete(cluster);
  }
  return {
    add({ name, client }) {
      remove(name);
      const reflector = reflect<ChildFacts>({
        client,
        resource: DEPLOYMENTS,
        labelSelector: KEYS.ownerUid,
        digest: childFacts,
        onChange: ({ object }) => onChange(object.ref, name),
        onError,
      });
      const watch = { reflector, synced: false };
      watches.set(name, watch);
      reflector.synced
        .then(
          () => {
            watch.synced = true;
            if (watches.get(name) === watch) onSynced(name);
          },
          // Stopped before: another watch has its place, or none.
          () => undefined,
        )
        .catch(onError);
    },
    remove,
    synced: (cluster) => watches.get(cluster)?.synced ?? false,
    child: (cluster, { namespace, name }) =>
      watches.get(cluster)?.reflector.store.get(`${namespace}/${name}`) ?? null,
    clusters: () => [...watches.keys()],
    async stop() {
      await Promise.all([...watches.values()].map(({ reflector }) => reflector.stop()));
      watches.clear();
    },
  };
}

const count = z.int().catch(0);
const Status = z.object({
  observedGeneration: count,
  replicas: count,
  readyReplicas: count,
  updatedReplicas: count,
});

export function childFacts(object: KubeObject): ChildFacts {
  const { metadata } = object;
  const status = Status.parse(isRecord(object['status']) ? object['status'] : {});
  const spec = isRecord(object['spec']) ? object['spec'] : {};
  const generation = metadata.generation ?? 0;
  return {
    ref: { namespace: metadata.namespace ?? '', name: metadata.name },
    ownerUid: metadata.labels?.[KEYS.ownerUid] ?? '',
    uid: metadata.uid ?? '',
    generation,
    marks: marksOf(metadata['managedFields']),
    observed: status.observedGeneration >= generation,
    wanted: typeof spec['replicas'] === 'number' ? spec['replicas'] : 1,
    replicas: status.replicas,
    readyReplicas: status.readyReplicas,
    updatedReplicas: status.updatedReplicas,
  };
}

const Owned = z.record(z.string(), z.unknown()).default({});
const ManagedFields = z.array(
  z.object({
    manager: z.string().default(''),
    operation: z.string().default(''),
    fieldsV1: z
      .object({
        'f:metadata': z.object({ 'f:labels': Owned, 'f:annotations': Owned }).prefault({}),
      })
      .prefault({}),
  }),
);

/** Who changes or takes a field that we applied takes it from our entry, so counting finds it. */
function marksOf(managedFields: unknown): number {
  const entries = ManagedFields.safeParse(managedFields).data ?? [];
  const ours = entries.find(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply',
  );
  if (ours === undefined) return 0;
  const { 'f:labels': labels, 'f:annotations': annotations } = ours.fieldsV1['f:metadata'];
  return Object.keys(labels).length + Object.keys(annotations).length;
}
