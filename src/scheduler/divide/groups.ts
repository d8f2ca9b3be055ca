/** Clusters grouped by region, zone or themselves, and which of the groups a spread uses. */

import type { SpreadConstraint } from '../../api/workload.ts';
import type { Offer } from '../framework.ts';

export interface Group {
  readonly key: string;
  /** The wider group that it belongs to. */
  readonly region: string;
  readonly offers: readonly Offer[];
  readonly current: number;
  readonly most: number;
}

/** In the order of their best cluster. A zone is told apart by its region: names repeat. */
export function groupsOf(offers: readonly Offer[], by: SpreadConstraint['by']): readonly Group[] {
  const members = new Map<string, Offer[]>();
  for (const offer of offers) {
    const key = keyOf(offer, by);
    const group = members.get(key);
    if (group === undefined) members.set(key, [offer]);
    else group.push(offer);
  }
  return [...members].map(([key, group]) => ({
    key,
    region: group[0]?.region ?? '',
    offers: group,
    current: group.reduce((sum, offer) => sum + offer.current, 0),
    most: group.reduce((sum, offer) => sum + offer.most, 0),
  }));
}

function keyOf(offer: Offer, by: SpreadConstraint['by']): string {
  if (by === 'cluster') return offer.cluster;
  return by === 'region' ? offer.region : `${offer.region}/${offer.zone}`;
}

/**
 * Groups in the order in which a spread takes them: those that hold replicas, then the best; and
 * in turns from region to region, so that a choice of zones does not end up in one region.
 */
export function preferred(groups: readonly Group[]): readonly Group[] {
  const ranked = groups.toSorted((a, b) => b.current - a.current);
  const turns = new Map<string, number>();
  const turn = new Map<Group, number>();
  for (const group of ranked) {
    const next = turns.get(group.region) ?? 0;
    turn.set(group, next);
    turns.set(group.region, next + 1);
  }
  return ranked.toSorted((a, b) => (turn.get(a) ?? 0) - (turn.get(b) ?? 0));
}

/**
 * Choices of `count` groups, the preferred one first. Each next one swaps the smallest chosen for
 * the largest left out, so that the last one holds as much as `count` groups can.
 */
export function* choices(groups: readonly Group[], count: number): Generator<readonly Group[]> {
  const order = preferred(groups);
  const chosen = order.slice(0, count);
  const others = order.slice(count).toSorted((a, b) => b.most - a.most);
  yield chosen;
  for (const larger of others) {
    const smallest = chosen.reduce((least, group) => (group.most < least.most ? group : least));
    if (larger.most <= smallest.most) return;
    chosen.splice(chosen.indexOf(smallest), 1, larger);
    yield [...chosen];
  }
}
