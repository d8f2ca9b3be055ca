/** What is free in each member: follows its nodes and pods, and which Deployments an HPA scales. */

import type { ObjectRef } from '../api/meta.ts';
import { type Reflector, reflect } from '../kubernetes/reflector.ts';
import { HPAS, NODES, PODS } from '../kubernetes/resources.ts';
import type { createLedger } from '../scheduler/ledger.ts';
import { nodeFacts, podFacts, scaledDeployment } from './cluster-view.ts';
import type { Member } from './members.ts';

export interface Capacity {
  add(member: Member): void;
  remove(cluster: string): void;
  /** Nodes and pods of it are counted; until then nobody knows what is free there. */
  synced(cluster: string): boolean;
  /** Whether an HPA there owns the replicas of this Deployment; null until its HPAs are known. */
  scaledByHpa(cluster: string, ref: ObjectRef): boolean | null;
  stop(): Promise<void>;
}

interface Watched {
  readonly stop: () => Promise<void>;
  readonly hpas: Reflector<string>['store'];
  hpasKnown: boolean;
  counted: boolean;
}

/** Pods that ended hold nothing. */
const HOLDING = 'status.phase!=Succeeded,status.phase!=Failed';

interface CapacityOptions {
  readonly ledger: ReturnType<typeof createLedger>;
  readonly onError: (error: unknown) => void;
}

export function watchCapacity(options: CapacityOptions): Capacity {
  const { ledger, onError } = options;
  const watched = new Map<string, Watched>();

  function remove(cluster: string): void {
    watched.get(cluster)?.stop().catch(onError);
    watched.delete(cluster);
    // A stopped watch tells nothing more, so what it told must not stand.
    ledger.emptyCluster(cluster);
  }

  return {
    add(member) {
      remove(member.name);
      watched.set(member.name, follow(member, options));
    },
    remove,
    synced: (cluster) => watched.get(cluster)?.counted ?? false,
    scaledByHpa(cluster, { namespace, name }) {
      const watch = watched.get(cluster);
      if (watch?.hpasKnown !== true) return null;
      return [...watch.hpas.values()].includes(`${namespace}/${name}`);
    },
    async stop() {
      await Promise.all([...watched.values()].map(({ stop }) => stop()));
      watched.clear();
    },
  };
}

function follow({ name, client }: Member, { ledger, onError }: CapacityOptions): Watched {
  // An event that was under way when the watch was stopped is not told any more.
  let current = true;
  const nodes = reflect<ReturnType<typeof nodeFacts>>({
    client,
    resource: NODES,
    digest: nodeFacts,
    onChange: ({ type, object }) => {
      if (!current) return;
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
      if (!current) return;
      if (type === 'deleted') ledger.removePod(name, key);
      else ledger.setPod(name, key, object);
    },
    onError,
  });
  const hpas = reflect<string>({
    client,
    resource: HPAS,
    digest: (hpa) => scaledDeployment(hpa) && `${hpa.metadata.namespace}/${scaledDeployment(hpa)}`,
    onError,
  });
  const watch: Watched = {
    stop: async () => {
      current = false;
      await Promise.all([nodes.stop(), pods.stop(), hpas.stop()]);
    },
    hpas: hpas.store,
    hpasKnown: false,
    counted: false,
  };
  // Stopped before the first list: another watch has its place, or none.
  const stopped = () => undefined;
  Promise.all([nodes.synced, pods.synced]).then(() => {
    watch.counted = true;
  }, stopped);
  hpas.synced.then(() => {
    watch.hpasKnown = true;
  }, stopped);
  return watch;
}
