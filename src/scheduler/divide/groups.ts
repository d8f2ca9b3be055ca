/** Clusters grouped by region, zone or themselves, and which of the groups a spread uses. */

import type { SpreadConstraint } from '../../api/workload.ts';
import type { Offer } from '../framework.ts';

export interface Group {
  readonly key: string;
  /** The wider groups that it belongs to. */
  readonly region: string;
  readonly zone: string;
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
    zone: group[0] === undefined ? '' : keyOf(group[0], 'zone'),
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
 * Choices of `count` groups, the best first: those that hold replicas before others; then, where
 * that breaks another constraint, as far apart as can be.
 */
export function* choices(groups: readonly Group[], count: number): Generator<readonly Group[]> {
  const apart = inTurns(groups.toSorted((a, b) => b.current - a.current));
  yield* swapped(
    apart.toSorted((a, b) => b.current - a.current),
    count,
  );
  if (count < groups.length) yield* swapped(apart, count);
}

/** From region to region, and within one from zone to zone. */
function inTurns(groups: readonly Group[]): readonly Group[] {
  const seen = new Map<string, number>();
  const next = (key: string) => {
    const turn = seen.get(key) ?? 0;
    seen.set(key, turn + 1);
    return turn;
  };
  return groups
    .map((group) => ({ group, inZone: next(`zone ${group.zone}`) }))
    .map((each) => ({ ...each, inRegion: next(`region ${each.group.region} ${each.inZone}`) }))
    .toSorted((a, b) => a.inZone - b.inZone || a.inRegion - b.inRegion)
    .map(({ group }) => group);
}

/**
 * The first `count`; then, one after the other, with the smallest of them swapped for the largest
 * left out, so that the last choice holds as much as `count` groups can.
 */
function* swapped(order: readonly Group[], count: number): Generator<readonly Group[]> {
  const chosen = order.slice(0, count);
  const others = order.slice(count).toSorted((a, b) => b.most - a.most);
  yield [...chosen];
  for (const larger of others) {
    const smallest = chosen.reduce((least, group) => (group.most < least.most ? group : least));
    if (larger.most <= smallest.most) return;
    chosen.splice(chosen.indexOf(smallest), 1, larger);
    yield [...chosen];
  }
}
