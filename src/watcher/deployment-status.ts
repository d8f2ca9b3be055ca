/** The status that people read: replicas and readiness summed over the members, without a workflow. */

import { type DeploymentDigest, observed } from './deployment-digest.ts';
import type { ChildFacts } from './member-deployments.ts';

/** What can be seen of one resource in the members. */
export interface Sight {
  /** Its objects, in members that were listed completely. */
  readonly children: readonly { readonly cluster: string; readonly child: ChildFacts }[];
  /** Members that are not listed yet: what was told of them before stands. */
  readonly blind: ReadonlySet<string>;
  /** Members that do not answer, and why. */
  readonly silent: ReadonlyMap<string, string>;
}

interface SummedCluster {
  readonly name: string;
  readonly replicas: number;
  readonly readyReplicas: number;
  /** The generation that is rolled out and ready; absent while none is. */
  readonly readyGeneration?: number;
}

/** The part of `status` that the controller owns; the workflow owns the rest. */
export interface SummedStatus {
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly clusters: readonly SummedCluster[];
  readonly ready: {
    readonly status: 'True' | 'False' | 'Unknown';
    readonly reason: string;
    readonly message: string;
    readonly observedGeneration: number;
  };
}

export function sum(digest: DeploymentDigest, sight: Sight): SummedStatus {
  const clusters = [...sight.children.map(seenCluster), ...toldClusters(digest, sight)].toSorted(
    (one, other) => (one.name < other.name ? -1 : 1),
  );
  return {
    replicas: total(clusters.map(({ replicas }) => replicas)),
    readyReplicas: total(clusters.map(({ readyReplicas }) => readyReplicas)),
    clusters,
    ready: { ...readiness(digest, sight, clusters), observedGeneration: digest.observedGeneration },
  };
}

function seenCluster({ cluster, child }: Sight['children'][number]): SummedCluster {
  const { replicas, readyReplicas, generation } = child;
  const complete =
    child.observed && child.updatedReplicas >= child.wanted && readyReplicas >= child.wanted;
  return {
    name: cluster,
    replicas,
    readyReplicas,
    ...(complete && { readyGeneration: generation }),
  };
}

function toldClusters({ clusters }: DeploymentDigest, { blind }: Sight): SummedCluster[] {
  return clusters.flatMap(({ name, replicas, readyReplicas, readyGeneration }) => {
    if (!blind.has(name) || replicas === null) return [];
    const told = { name, replicas, readyReplicas: readyReplicas ?? 0 };
    return [readyGeneration === null ? told : { ...told, readyGeneration }];
  });
}

type Readiness = Omit<SummedStatus['ready'], 'observedGeneration'>;

function readiness(
  digest: DeploymentDigest,
  sight: Sight,
  clusters: readonly SummedCluster[],
): Readiness {
  const shares = Object.entries(digest.clusterMaps).filter(([, replicas]) => replicas > 0);
  const carriedOut = observed(digest) && digest.placed === 'True';
  const ready = total(clusters.map(({ readyReplicas }) => readyReplicas));
  const left = leftReplicas(digest, sight);
  const wanted = carriedOut
    ? total(shares.map(([name, replicas]) => left.get(name) ?? replicas))
    : Math.max(digest.wanted, 0);
  const message = `${ready} of ${wanted} replicas ready`;
  const silent = shares.flatMap(([name]) => (sight.silent.has(name) ? [name] : []));
  if (silent.length > 0) {
    return {
      status: 'Unknown',
      reason: 'ClusterUnreachable',
      message: `${message} when ${silent.join(', ')} was seen last`,
    };
  }
  const complete = shares.every(([name]) =>
    clusters.some((each) => each.name === name && each.readyGeneration !== undefined),
  );
  const done = carriedOut && complete && ready >= wanted;
  return {
    status: done ? 'True' : 'False',
    reason: done ? 'Available' : 'Progressing',
    message,
  };
}

/**
 * Replicas by cluster as the last report left them: where an autoscaler of the member has its say,
 * its number counts. Who changed them since has no say.
 */
function leftReplicas({ clusters }: DeploymentDigest, { children }: Sight): Map<string, number> {
  const reported = new Map(clusters.map(({ name, generation }) => [name, generation]));
  return new Map(
    children.flatMap(({ cluster, child }) =>
      child.generation === reported.get(cluster) ? [[cluster, child.wanted] as const] : [],
    ),
  );
}

/** Whether the hub shows already what `next` says. */
export function shown(digest: DeploymentDigest, next: SummedStatus): boolean {
  const { ready } = digest;
  const counted = digest.clusters.filter(({ replicas }) => replicas !== null);
  return (
    digest.replicas === next.replicas &&
    digest.readyReplicas === next.readyReplicas &&
    ready?.status === next.ready.status &&
    ready.message === next.ready.message &&
    ready.observedGeneration === next.ready.observedGeneration &&
    counted.length === next.clusters.length &&
    next.clusters.every((cluster) => counted.some((told) => isSame(told, cluster)))
  );
}

function isSame(told: DeploymentDigest['clusters'][number], next: SummedCluster): boolean {
  return (
    told.name === next.name &&
    told.replicas === next.replicas &&
    told.readyReplicas === next.readyReplicas &&
    told.readyGeneration === (next.readyGeneration ?? null)
  );
}

/** Why the members are not as the last report left them; null when they are. */
export function drift(
  digest: DeploymentDigest,
  look: (cluster: string) => { readonly synced: boolean; readonly child: ChildFacts | null },
): string | null {
  const changes = digest.clusters.flatMap((cluster) => {
    const { synced, child } = look(cluster.name);
    const change = synced ? changeOf(digest, cluster, child) : null;
    return change === null ? [] : [`${change} in ${cluster.name}`];
  });
  return changes.length === 0 ? null : changes.join(', ');
}

function changeOf(
  digest: DeploymentDigest,
  told: DeploymentDigest['clusters'][number],
  child: ChildFacts | null,
): string | null {
  const ours = ownedBy(digest, child);
  if ((digest.clusterMaps[told.name] ?? 0) === 0) {
    return ours !== null && digest.placed === 'True' ? 'a Deployment is left behind' : null;
  }
  if (told.outcome !== 'Synced' || told.generation === null) return null;
  if (ours === null) return 'the Deployment is gone';
  return ours.uid === (told.uid ?? ours.uid)
    ? editOf(digest, told.generation, ours)
    : 'the Deployment was made again';
}

function ownedBy({ uid }: DeploymentDigest, child: ChildFacts | null): ChildFacts | null {
  return child?.ownerUid === uid ? child : null;
}

function editOf({ marks }: DeploymentDigest, left: number, child: ChildFacts): string | null {
  // A lower one is an old event: the watch is behind our own write.
  if (child.generation > left) return 'the Deployment was changed';
  return child.marks < marks ? 'a label or annotation was changed' : null;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sumSoFar, number) => sumSoFar + number, 0);
}
