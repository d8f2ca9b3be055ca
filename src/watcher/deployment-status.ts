/** The status that people read: replicas and readiness summed over the members, without a workflow. */

import type { DeploymentDigest } from './deployment-digest.ts';
import type { ChildFacts } from './member-deployments.ts';

export interface Seen {
  readonly cluster: string;
  readonly child: ChildFacts;
}

/** The part of `status` that the controller owns; the workflow owns the rest. */
export interface SummedStatus {
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly clusters: readonly {
    readonly name: string;
    readonly replicas: number;
    readonly readyReplicas: number;
  }[];
  readonly ready: {
    readonly status: 'True' | 'False';
    readonly reason: string;
    readonly message: string;
  };
}

export function sum(digest: DeploymentDigest, seen: readonly Seen[]): SummedStatus {
  const clusters = seen
    .map(({ cluster, child }) => ({
      name: cluster,
      replicas: child.replicas,
      readyReplicas: child.readyReplicas,
    }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const replicas = total(clusters.map((cluster) => cluster.replicas));
  const readyReplicas = total(clusters.map((cluster) => cluster.readyReplicas));
  const rolledOut = seen.every(
    ({ child }) => child.observed && child.updatedReplicas >= child.wanted,
  );
  const wanted = Math.max(digest.wanted, 0);
  const done = readyReplicas >= wanted && rolledOut;
  return {
    replicas,
    readyReplicas,
    clusters,
    ready: {
      status: done ? 'True' : 'False',
      reason: done ? 'Available' : 'Progressing',
      message: `${readyReplicas} of ${wanted} replicas ready`,
    },
  };
}

/** Whether the hub shows already what `next` says. */
export function shown(digest: DeploymentDigest, next: SummedStatus): boolean {
  if (digest.replicas !== next.replicas || digest.readyReplicas !== next.readyReplicas)
    return false;
  if (digest.ready?.status !== next.ready.status || digest.ready.message !== next.ready.message)
    return false;
  const counted = digest.clusters.filter(({ replicas }) => replicas !== null);
  return (
    counted.length === next.clusters.length &&
    next.clusters.every(({ name, replicas, readyReplicas }) =>
      counted.some(
        (cluster) =>
          cluster.name === name &&
          cluster.replicas === replicas &&
          cluster.readyReplicas === readyReplicas,
      ),
    )
  );
}

/** Why a settled resource is not as it was left; null when it is. */
export function drift(
  digest: DeploymentDigest,
  look: (cluster: string) => { readonly synced: boolean; readonly child: ChildFacts | null },
): string | null {
  const placed = digest.clusters.filter(
    ({ name, outcome }) => outcome === 'Synced' && (digest.clusterMaps[name] ?? 0) > 0,
  );
  for (const { name, generation } of placed) {
    const { synced, child } = look(name);
    const change = synced && generation !== null ? changeOf(digest, child, generation) : null;
    if (change !== null) return `${change} in ${name}`;
  }
  return null;
}

function changeOf(
  digest: DeploymentDigest,
  child: ChildFacts | null,
  generation: number,
): string | null {
  if (child === null || child.ownerUid !== digest.uid) return 'the Deployment is gone';
  // A lower one is an old event: the watch is behind our own write.
  if (child.generation > generation) return 'the Deployment was changed';
  if (child.marks < digest.marks) return 'a label or annotation was changed';
  return null;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sumSoFar, number) => sumSoFar + number, 0);
}
