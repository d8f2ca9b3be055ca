/**
 * `spec.spread`: over how many regions, zones or clusters, and how far these may be apart.
 *
 * First the groups are chosen (`maxGroups`), the ones that hold replicas before others; then the
 * replicas are settled from the widest level to the narrowest, each level within its `maxSkew`.
 * The skew is measured between all chosen groups with room; that of a narrower level within each
 * group of a wider level that has a skew of its own, else the two could contradict each other. With `minGroups` a group too small to
 * keep up may be left out as long as so many remain; without, none may.
 *
 * A cluster in several zones is one group with that list of zones: where in it a pod runs is for
 * its own scheduler to say.
 */

import type { SpreadConstraint, Workload } from '../../api/workload.ts';
import type { Divide, Offer } from '../framework.ts';
import { choices, groupsOf } from './groups.ts';
import { capacity, type Slot, settle } from './settle.ts';

const WIDTH = { region: 0, zone: 1, cluster: 2 } as const;
/** Choices of groups tried for one that moves nothing; each is one pass over the clusters. */
const ATTEMPTS = 256;

export const spread: Divide = (workload, offers) => {
  const levels = workload.spread.toSorted((a, b) => WIDTH[a.by] - WIDTH[b.by]);
  const usable = offers.filter((offer) => offer.most > 0);
  const best = fewestMoves(levels, usable, workload.replicas);
  if (best === null) return { kind: 'impossible', why: whyNot(levels, usable, workload) };
  return { kind: 'divided', replicas: offers.map((offer) => best.get(offer) ?? 0) };
};

type Shares = ReadonlyMap<Offer, number>;

/** The first of equals: choices come in the order of preference. */
function fewestMoves(
  levels: readonly SpreadConstraint[],
  offers: readonly Offer[],
  replicas: number,
): Shares | null {
  const had = offers.reduce((sum, { current }) => sum + current, 0);
  const surplus = Math.max(0, had - replicas);
  let best: Shares | null = null;
  let fewest = Number.POSITIVE_INFINITY;
  let attempts = 0;
  for (const chosen of selections(levels, offers, replicas)) {
    attempts += 1;
    const shares = fill(levels, chosen, replicas);
    const moves = shares === null ? fewest : lossOf(offers, shares) - surplus;
    if (moves < fewest) {
      best = shares;
      fewest = moves;
    }
    if (fewest === 0 || attempts === ATTEMPTS) break;
  }
  return best;
}

function lossOf(offers: readonly Offer[], shares: Shares): number {
  return offers.reduce(
    (sum, offer) => sum + Math.max(0, offer.current - (shares.get(offer) ?? 0)),
    0,
  );
}

/** The clusters of each choice of groups, level by level. */
function* selections(
  levels: readonly SpreadConstraint[],
  offers: readonly Offer[],
  replicas: number,
): Generator<readonly Offer[]> {
  const [constraint, ...narrower] = levels;
  if (offers.reduce((sum, offer) => sum + offer.most, 0) < replicas) return;
  if (constraint === undefined) {
    yield offers;
    return;
  }
  const groups = groupsOf(offers, constraint.by);
  const most = Math.min(groups.length, constraint.maxGroups ?? groups.length);
  const least = leastGroups(constraint, replicas);
  if (most < least) return;
  const mayDrop = constraint.minGroups !== undefined && constraint.maxSkew !== undefined;
  for (let count = most; count >= (mayDrop ? Math.max(1, least) : most); count -= 1) {
    for (const choice of choices(groups, count)) {
      const chosen = new Set(choice.flatMap((group) => group.offers));
      const ranked = offers.filter((offer) => chosen.has(offer));
      yield* selections(narrower, ranked, replicas);
    }
  }
}

/** One replica cannot be in two places: fewer replicas than groups is one each. */
function leastGroups(constraint: SpreadConstraint, replicas: number): number {
  return Math.min(constraint.minGroups ?? 0, replicas);
}

/** A region, zone or cluster with what it must and can hold; a cluster has no `parts`. */
interface Branch extends Slot {
  readonly offer: Offer | null;
  readonly parts: readonly Branch[];
  readonly maxSkew: number | null;
}

function fill(
  levels: readonly SpreadConstraint[],
  chosen: readonly Offer[],
  replicas: number,
): Shares | null {
  const seeds = seedsOf(levels, chosen, replicas);
  if (seeds === null) return null;
  const shares = new Map<Offer, number>();
  const skewed = levels.filter((constraint) => constraint.maxSkew !== undefined);
  return deal(branch(skewed, chosen, seeds), replicas, shares) ? shares : null;
}

/**
 * One cluster of each group that must get a replica, taking those that serve a wider level first;
 * `null` where a choice made for another level has left too few groups.
 */
function seedsOf(
  levels: readonly SpreadConstraint[],
  chosen: readonly Offer[],
  replicas: number,
): ReadonlySet<Offer> | null {
  const seeds = new Set<Offer>();
  for (const constraint of levels) {
    const seeded = (offers: readonly Offer[]) => (offers.some((offer) => seeds.has(offer)) ? 1 : 0);
    const groups = groupsOf(chosen, constraint.by).toSorted(
      (a, b) => seeded(b.offers) - seeded(a.offers) || b.current - a.current,
    );
    const least = leastGroups(constraint, replicas);
    if (groups.length < least) return null;
    for (const group of groups.slice(0, least)) {
      if (seeded(group.offers) === 1) continue;
      const [best] = group.offers.toSorted((a, b) => b.current - a.current);
      if (best !== undefined) seeds.add(best);
    }
  }
  return seeds;
}

function branch(
  levels: readonly SpreadConstraint[],
  offers: readonly Offer[],
  seeds: ReadonlySet<Offer>,
): Branch {
  const [constraint, ...narrower] = levels;
  const parts =
    constraint === undefined || constraint.by === 'cluster'
      ? offers.map((offer) => leaf(offer, seeds))
      : groupsOf(offers, constraint.by).map((group) => branch(narrower, group.offers, seeds));
  const maxSkew = constraint?.maxSkew ?? null;
  const most = capacity(parts, maxSkew);
  const current = parts.reduce((sum, part) => sum + part.current, 0);
  const least = parts.reduce((sum, part) => sum + part.least, 0);
  return { offer: null, parts, maxSkew, current: Math.min(current, most), least, most };
}

function leaf(offer: Offer, seeds: ReadonlySet<Offer>): Branch {
  const least = seeds.has(offer) ? 1 : 0;
  return { offer, parts: [], maxSkew: null, current: offer.current, least, most: offer.most };
}

function deal(part: Branch, replicas: number, shares: Map<Offer, number>): boolean {
  if (part.offer !== null) {
    shares.set(part.offer, replicas);
    return true;
  }
  const values = settle(part.parts, replicas, part.maxSkew);
  if (values === null) return false;
  return part.parts.every((each, index) => deal(each, values[index] ?? 0, shares));
}

function whyNot(
  levels: readonly SpreadConstraint[],
  offers: readonly Offer[],
  workload: Workload,
): string {
  const words = levels.map((constraint) => {
    const limits = [
      constraint.maxSkew === undefined ? [] : [`at most ${constraint.maxSkew} apart`],
      constraint.minGroups === undefined ? [] : [`at least ${constraint.minGroups} of them`],
      constraint.maxGroups === undefined ? [] : [`at most ${constraint.maxGroups} of them`],
    ].flat();
    const room = groupsOf(offers, constraint.by).map((group) => `${group.key} ${group.most}`);
    return `by ${constraint.by} (${limits.join(', ')}; room: ${room.join(', ') || 'none'})`;
  });
  return `${workload.replicas} replicas cannot be spread ${words.join(' and ')}`;
}
