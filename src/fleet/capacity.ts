/** What is free in each member: follows its nodes and pods, and which Deployments an HPA scales. */

import type { ObjectRef } from '../api/meta.ts';
import { isRecord, type KubeObject } from '../kubernetes/object.ts';
import { type Reflector, reflect } from '../kubernetes/reflector.ts';
import { HPAS, NODES, PODS } from '../kubernetes/resources.ts';
import type { createLedger } from '../scheduler/ledger.ts';
import { nodeFacts, podFacts } from './cluster-view.ts';
import type { Member } from './members.ts';

export interface Capacity {
  add(member: Member): void;
  remove(cluster: string): void;
  /** Nodes and pods of it are counted; until then nobody knows what is free there. */
  synced(cluster: string): boolean;
  /** An HPA there owns the replicas of this Deployment. */
  scaledByHpa(cluster: string, ref: ObjectRef): boolean;
  stop(): Promise<void>;
}

interface Watched {
  readonly stop: () => Promise<void>;
  readonly scaled: Reflector<string>['store'];
  counted: boolean;
}

/** Pods that ended hold nothing. */
const HOLDING = 'status.phase!=Succeeded,status.phase!=Failed';

export function watchCapacity(options: {
  readonly ledger: ReturnType<typeof createLedger>;
  readonly onError: (error: unknown) => void;
}): Capacity {
  const { ledger, onError } = options;
  const watched = new Map<string, Watched>();

  function follow({ name, client }: Member): Watched {
    const nodes = reflect<ReturnType<typeof nodeFacts>>({
      client,
      resource: NODES,
      digest: nodeFacts,
      onChange: ({ type, object }) => {
        if (type === 'deleted') ledger.removeNode(name, object.name);
        else ledger.setNode(name, object);
      },
      onError,
    });
    const pods = reflect<ReturnType<typeof podFacts>>({
      client,
      resource: PODS,
      fieldSelector: HOLDING,
      digest: podFacts,
      onChange: ({ type, key, object }) => {
        if (type === 'deleted') ledger.removePod(name, key);
        else ledger.setPod(name, key, object);
      },
      onError,
    });
    const hpas = reflect<string>({ client, resource: HPAS, digest: scaledDeployment, onError });
    const watch: Watched = {
      stop: async () => {
        await Promise.all([nodes.stop(), pods.stop(), hpas.stop()]);
      },
      scaled: hpas.store,
      counted: false,
    };
    Promise.all([nodes.synced, pods.synced, hpas.synced]).then(
      () => {
        watch.counted = true;
      },
      // Stopped before the first list: another watch has its place, or none.
      () => undefined,
    );
    return watch;
  }

  function remove(cluster: string): void {
    watched.get(cluster)?.stop().catch(onError);
    watched.delete(cluster);
  }

  return {
    add(member) {
      remove(member.name);
      watched.set(member.name, follow(member));
    },
    remove,
    synced: (cluster) => watched.get(cluster)?.counted ?? false,
    scaledByHpa(cluster, { namespace, name }) {
      const target = `${namespace}/${name}`;
      const scaled = watched.get(cluster)?.scaled;
      return scaled !== undefined && [...scaled.values()].includes(target);
    },
    async stop() {
      await Promise.all([...watched.values()].map(({ stop }) => stop()));
      watched.clear();
    },
  };
}

/** `namespace/name` of the Deployment that the HPA scales; null when it scales something else. */
function scaledDeployment(hpa: KubeObject): string | null {
  const spec = isRecord(hpa['spec']) ? hpa['spec'] : {};
  const target = isRecord(spec['scaleTargetRef']) ? spec['scaleTargetRef'] : {};
  if (target['kind'] !== 'Deployment') return null;
  return `${hpa.metadata.namespace ?? ''}/${String(target['name'])}`;
}
