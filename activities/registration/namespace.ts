/**
 * Namespaces in a member: ours, and those that were made for workloads. They go when nothing of
 * others is in them, and else are theirs from then on.
 */

import * as z from 'zod';
import { ErrorCode, OpenMcpError } from '../../src/api/errors.ts';
import { KEYS, OPENMCP_NAMESPACE } from '../../src/api/meta.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { NAMESPACES } from '../../src/kubernetes/resources.ts';
import { holdsOthers } from './contents.ts';
import { holdableKinds } from './discovery.ts';
import { isOurs } from './made.ts';
import { JOINED_BY } from './member-objects.ts';

/**
 * Pods get 30 s to end, and what takes longer hangs on something else, like a node that is dead or
 * an API that is away: Kubernetes finishes the removal then, and leaving does not wait for that.
 */
const PATIENCE_MS = 60_000;

/** What `by` made, or with null what any join and the workloads made; then waits until it is gone. */
export async function removeNamespaces(
  client: KubeClient,
  by: string | null,
  now: () => Date,
): Promise<void> {
  const namespaces = await namespacesOf(client, by);
  const present = namespaces.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (present.length > 0) {
    const holdable = await holdableKinds(client);
    for (const namespace of present) {
      const { name } = namespace.metadata;
      if (await holdsOthers(client, holdable, name)) await letGo(client, namespace);
      else await remove(client, namespace);
    }
  }
  for (const namespace of namespaces) await untilGone(client, namespace, now());
}

async function namespacesOf(client: KubeClient, by: string | null): Promise<KubeObject[]> {
  const own = await client.read(NAMESPACES, { name: OPENMCP_NAMESPACE });
  const ours = own !== null && isOurs(own, by) ? [own] : [];
  if (by !== null) return ours;
  const { items } = await client.list(NAMESPACES, { labelSelector: `${KEYS.managed}=true` });
  const others = items.filter(({ metadata }) => metadata.uid !== ours[0]?.metadata.uid);
  return [...others, ...ours];
}

async function remove(client: KubeClient, { metadata }: KubeObject): Promise<void> {
  const { name, uid } = metadata;
  await client.delete(NAMESPACES, { name }, { uid, propagation: 'Background' });
}

async function letGo(client: KubeClient, { metadata }: KubeObject): Promise<void> {
  const { name, uid } = metadata;
  const marks = { annotations: { [JOINED_BY]: null }, labels: { [KEYS.managed]: null } };
  await client.patch(NAMESPACES, { name }, { metadata: { uid, ...marks } }, { type: 'merge' });
}

async function untilGone(client: KubeClient, { metadata }: KubeObject, now: Date): Promise<void> {
  const still = await client.read(NAMESPACES, { name: metadata.name });
  const deletedAt = still?.metadata.deletionTimestamp;
  if (still === null || still.metadata.uid !== metadata.uid || deletedAt === undefined) return;
  if (now.getTime() - Date.parse(deletedAt) > PATIENCE_MS) return;
  throw new OpenMcpError(
    ErrorCode.NotYet,
    `namespace ${metadata.name} is being removed${hindrance(still)}`,
  );
}

const Removal = z.object({
  status: z
    .object({
      conditions: z
        .array(z.object({ status: z.string(), message: z.string().default('') }))
        .default([]),
    })
    .prefault({}),
});

/** In Kubernetes' words, as ": Some resources are remaining: pods. has 1 resource instances". */
function hindrance(namespace: KubeObject): string {
  const { conditions } = Removal.parse(namespace).status;
  const told = conditions.filter(({ status }) => status === 'True').map(({ message }) => message);
  return told.length === 0 ? '' : `: ${told.join('; ')}`;
}
