/**
 * Decides how many replicas of a workload each cluster runs.
 *
 * All or nothing: where not every replica finds room, nothing is placed and every cluster says
 * why; whoever asked keeps what runs. Replicas that run stay where they may stay (see
 * `divide/settle.ts`), so planning again without a reason changes nothing.
 */

import type { ClusterView, SchedulingAlgorithm } from '../api/fleet.ts';
import { ClusterName } from '../api/meta.ts';
import type { Placement, Share, Verdict } from '../api/placement.ts';
import type { Workload } from '../api/workload.ts';
import { even } from './divide/even.ts';
import { roundRobin } from './divide/round-robin.ts';
import { spread } from './divide/spread.ts';
import { weights } from './divide/weights.ts';
import type { Divide, Offer, Refusal } from './framework.ts';
import { CLUSTER_FILTERS, scoreOf } from './profile.ts';
import { type Room, roomIn } from './room.ts';

/** A message names no more clusters than a person reads; the verdicts hold them all. */
const NAMED = 10;

/** A cluster with everything that was found out about it. */
interface Finding {
  readonly cluster: ClusterView;
  readonly refusal: Refusal | null;
  /** `null` when a filter refused the cluster. */
  readonly room: Room | null;
  readonly score: number | null;
  readonly current: number;
  readonly most: number;
}

export function place(
  workload: Workload,
  clusters: readonly ClusterView[],
  algorithm: SchedulingAlgorithm,
): Placement {
  if (workload.deleting) return { kind: 'placed', shares: [], verdicts: [] };
  const findings = judge(workload, clusters);
  const strangers = unknownClusters(workload, clusters);
  const unknown = shortened([
    ...namedAmiss('clusters', workload, clusters),
    ...namedAmiss('weights', workload, clusters),
  ]);
  const notes = unknown.length > 0 && { unknown };
  const verdicts = [...findings.map(verdictOf), ...strangers].toSorted((a, b) =>
    order(a.cluster, b.cluster),
  );
  if (workload.replicas === 0) return { kind: 'placed', shares: [], verdicts, ...notes };

  const ranked = findings.filter((finding) => finding.most > 0).toSorted(better);
  const offers = ranked.map(offerOf);
  const room = offers.reduce((sum, offer) => sum + offer.most, 0);
  if (room < workload.replicas) {
    const message = tooMany(workload, offers, verdicts);
    return { kind: 'unplaceable', message, kept: keptBy(workload, clusters), verdicts };
  }
  const division = divideFor(workload, algorithm)(workload, offers);
  if (division.kind === 'impossible') {
    const message = division.why;
    return { kind: 'unplaceable', message, kept: keptBy(workload, clusters), verdicts };
  }
  const shares: Share[] = offers
    .map(({ cluster }, index) => ({ cluster, replicas: division.replicas[index] ?? 0 }))
    .filter(({ replicas }) => replicas > 0)
    .toSorted((a, b) => order(a.cluster, b.cluster));
  return { kind: 'placed', shares, verdicts, ...notes };
}

/** Room being short takes nothing from anybody; a cluster that has left has nothing any more. */
function keptBy({ current }: Workload, clusters: readonly ClusterView[]): readonly Share[] {
  return clusters
    .filter(({ joined, leaving }) => joined || leaving)
    .map(({ name }) => ({ cluster: name, replicas: current[name] ?? 0 }))
    .filter(({ replicas }) => replicas > 0)
    .toSorted((a, b) => order(a.cluster, b.cluster));
}

/** What the resource asks for comes before the policy of the fleet. */
function divideFor(workload: Workload, algorithm: SchedulingAlgorithm): Divide {
  if (workload.weights !== null) return weights;
  if (workload.spread.length > 0) return spread;
  return algorithm === 'RR' ? roundRobin : even;
}

function judge(workload: Workload, clusters: readonly ClusterView[]): readonly Finding[] {
  const looked = clusters.map((cluster) => {
    const refusal = refusalOf(workload, cluster);
    return { cluster, refusal, room: refusal === null ? roomIn(workload, cluster.nodes) : null };
  });
  const largestRoom = Math.max(0, ...looked.map(({ room }) => room?.replicas ?? 0));
  return looked.map(({ cluster, refusal, room }) => {
    const had = workload.current[cluster.name] ?? 0;
    if (room === null) {
      const current = refusal?.keeps === true ? had : 0;
      return { cluster, refusal, room, score: null, current, most: current };
    }
    const most = Math.max(room.replicas, Math.min(had, cluster.running ?? 0));
    const { replicas, nodes } = room;
    const candidate = { workload, cluster, nodes, room: replicas, largestRoom };
    const score = replicas === 0 ? null : scoreOf(candidate);
    return { cluster, refusal, room, score, current: Math.min(had, most), most };
  });
}

/** A refusal that sends replicas away outweighs one that lets them stay. */
function refusalOf(workload: Workload, cluster: ClusterView): Refusal | null {
  let keeping: Refusal | null = null;
  for (const filter of CLUSTER_FILTERS) {
    const refusal = filter(workload, cluster);
    if (refusal?.keeps === false) return refusal;
    keeping ??= refusal;
  }
  return keeping;
}

function verdictOf({ cluster, refusal, room, score, current }: Finding): Verdict {
  const reason = refusal?.reason ?? room?.reason ?? null;
  const kept = reason !== null && current > 0 ? `; it keeps the ${current} that it has` : '';
  return {
    cluster: cluster.name,
    score,
    room: room?.replicas ?? null,
    reason: reason === null ? null : reason + kept,
  };
}

/** `spec.clusters: nope` for each name there that is no cluster of the fleet. */
function namedAmiss(
  field: 'clusters' | 'weights',
  workload: Workload,
  clusters: readonly ClusterView[],
): string[] {
  const known = new Set<string>(clusters.map(({ name }) => name));
  return namesIn(field, workload)
    .filter((name) => !known.has(name))
    .map((name) => `spec.${field}: ${name}`);
}

const namesIn = (field: 'clusters' | 'weights', workload: Workload): readonly string[] =>
  field === 'clusters' ? workload.clusters : Object.keys(workload.weights ?? {});

/** Clusters that the resource names, or that held it, and that the fleet does not have. */
function unknownClusters(workload: Workload, clusters: readonly ClusterView[]): Verdict[] {
  const known = new Set<string>(clusters.map(({ name }) => name));
  const named = [
    ...workload.clusters,
    ...Object.keys(workload.weights ?? {}),
    ...Object.keys(workload.current),
  ];
  return [...new Set(named)].flatMap((name) => {
    const cluster = ClusterName.safeParse(name);
    if (known.has(name) || !cluster.success) return [];
    const where = (['clusters', 'weights'] as const).filter((each) =>
      namesIn(each, workload).includes(name),
    );
    const reason = `the fleet has no cluster of this name${where.map((each) => `, see spec.${each}`).join('')}`;
    return [{ cluster: cluster.data, score: null, room: null, reason }];
  });
}

/** Best first; equals by name, so that the order of the input decides nothing. */
function better(a: Finding, b: Finding): number {
  return (
    (b.score ?? -1) - (a.score ?? -1) || b.most - a.most || order(a.cluster.name, b.cluster.name)
  );
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function offerOf({ cluster, current, most }: Finding): Offer {
  const { name, region, zones } = cluster;
  return { cluster: name, region, zone: zones.toSorted().join(','), current, most };
}

function tooMany(
  workload: Workload,
  offers: readonly Offer[],
  verdicts: readonly Verdict[],
): string {
  const room = offers.reduce((sum, offer) => sum + offer.most, 0);
  const first = room === 0 ? 'none' : `only ${room}`;
  const holding = offers.map(({ cluster, most }) => `${cluster} ${most}`).toSorted();
  const refusing = verdicts.flatMap(({ cluster, reason }) =>
    reason === null ? [] : [`${cluster}: ${reason}`],
  );
  const parts = [
    ...(holding.length > 0 ? [shortened(holding).join(', ')] : []),
    ...shortened(refusing),
  ];
  if (parts.length === 0) parts.push('no cluster has joined');
  return `${first} of ${workload.replicas} replicas fit: ${parts.join('; ')}`;
}

function shortened(words: readonly string[]): readonly string[] {
  if (words.length <= NAMED) return words;
  return [...words.slice(0, NAMED), `and ${words.length - NAMED} more clusters`];
}
