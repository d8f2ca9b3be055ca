/** The resource that a visit to the members is about, without asking the hub twice in one pass. */

import type { ObjectRef } from '../../src/api/meta.ts';
import type { KubeClient, KubeObject } from '../../src/kubernetes/client.ts';
import type { Resource } from '../../src/kubernetes/resources.ts';

/** Resources remembered; a pass needs its own again within moments. */
const REMEMBERED = 300;

export interface Source {
  /** Keeps what was just read. A spec never changes within one generation, so this cannot be stale. */
  remember(resource: KubeObject): void;
  /** That resource at that generation or a later one; null when it is gone or another one by now. */
  find(ref: ObjectRef, uid: string, generation: number): Promise<KubeObject | null>;
}

export function createSource(hub: KubeClient, resource: Resource): Source {
  const byUid = new Map<string, KubeObject>();
  return {
    remember(object) {
      const { uid } = object.metadata;
      if (uid === undefined) return;
      byUid.delete(uid);
      byUid.set(uid, object);
      const [oldest] = byUid.keys();
      if (byUid.size > REMEMBERED && oldest !== undefined) byUid.delete(oldest);
    },
    async find(ref, uid, generation) {
      const remembered = byUid.get(uid);
      if (remembered && (remembered.metadata.generation ?? 0) >= generation) return remembered;
      const found = await hub.read(resource, ref);
      return found?.metadata.uid === uid ? found : null;
    },
  };
}
