/** Everything of ours in one member, for the day it leaves. */

import type { Joining } from '../../src/api/joining.ts';
import { KEYS } from '../../src/api/meta.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import { DEPLOYMENTS, type Resource } from '../../src/kubernetes/resources.ts';

/** Kinds that the product writes to members. A kind that joins DRIVEN joins this. */
const WRITTEN: readonly Resource[] = [DEPLOYMENTS];

export interface OwnedActivities {
  /** Removes all objects of ours; adopted ones are released. A retry finds fewer. */
  removeOwned(joining: Joining): Promise<void>;
  /** Removes those of one owner. */
  removeOwnedBy(joining: Joining, ownerUid: string): Promise<void>;
}

export function ownedActivities(options: {
  /** By the member's own kubeconfig in the registry: our credentials may be gone already. */
  readonly connect: (ip: string) => Promise<KubeClient>;
}): OwnedActivities {
  async function remove({ ip }: Joining, labelSelector: string): Promise<void> {
    const client = await options.connect(ip);
    try {
      for (const resource of WRITTEN) {
        const { items } = await client.list(resource, { labelSelector });
        for (const item of items) await removeOwnedObject(client, resource, item);
      }
    } finally {
      await client.close();
    }
  }
  return {
    removeOwned: (joining) => remove(joining, KEYS.ownerUid),
    removeOwnedBy: (joining, ownerUid) => remove(joining, `${KEYS.ownerUid}=${ownerUid}`),
  };
}

/** Deletes what we made, and lets go of what we were only given. */
export async function removeOwnedObject(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
  call: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { name, namespace, uid, annotations } = object.metadata;
  const ref = { name, ...(namespace !== undefined && { namespace }) };
  if (annotations?.[KEYS.adopted] === 'true') {
    const marks = { [KEYS.adopted]: null, [KEYS.owner]: null };
    const metadata = { uid, labels: { [KEYS.ownerUid]: null }, annotations: marks };
    await client.patch(resource, ref, { metadata }, { type: 'merge', ...call });
    return;
  }
  await client.delete(resource, ref, {
    ...(uid !== undefined && { uid }),
    propagation: 'Background',
    ...call,
  });
}
