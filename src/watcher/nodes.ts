/** Notices that a member's nodes came or grew: what fitted nowhere may fit now. */

import type { Member } from '../fleet/members.ts';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { type Reflector, reflect } from '../kubernetes/reflector.ts';
import { NODES } from '../kubernetes/resources.ts';

export interface NodeWatch {
  add(member: Member): void;
  remove(cluster: string): void;
  stop(): Promise<void>;
}

export function watchNodes(options: {
  readonly onRoom: (cluster: string) => void;
  readonly onError: (error: unknown) => void;
}): NodeWatch {
  const watches = new Map<string, Reflector<string>>();
  function remove(cluster: string): void {
    watches.get(cluster)?.stop().catch(options.onError);
    watches.delete(cluster);
  }
  return {
    add({ name, client }) {
      remove(name);
      const reflector = reflect<string>({
        client,
        resource: NODES,
        digest: whatMatters,
        onChange: ({ object, before }) => {
          if (object !== before) options.onRoom(name);
        },
        onError: options.onError,
      });
      reflector.synced.catch(options.onError);
      watches.set(name, reflector);
    },
    remove,
    async stop() {
      await Promise.all([...watches.values()].map((reflector) => reflector.stop()));
      watches.clear();
    },
  };
}

/** The parts of a node that decide what fits, as one text; its heartbeats are not among them. */
function whatMatters(node: KubeObject): string {
  const { spec, status, metadata } = node;
  const conditions =
    isRecord(status) && Array.isArray(status['conditions']) ? status['conditions'] : [];
  const ready = conditions.find(
    (condition) => isRecord(condition) && condition['type'] === 'Ready',
  );
  return JSON.stringify([
    metadata.labels,
    isRecord(spec) ? [spec['taints'], spec['unschedulable']] : null,
    isRecord(status) ? status['allocatable'] : null,
    isRecord(ready) ? ready['status'] : null,
  ]);
}
