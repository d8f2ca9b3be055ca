import { describe, expect, it } from '@jest/globals';
import { ClusterName } from '../../../../src/api/meta.ts';
import type { SpreadConstraint } from '../../../../src/api/workload.ts';
import { spread } from '../../../../src/scheduler/divide/spread.ts';
import type { Offer } from '../../../../src/scheduler/framework.ts';
import { workload } from '../../../fakes/fleet.ts';
import { seeded } from '../../../support/random.ts';

/** `region/zone/name`, as "EU/DE/berlin". */
function offer(at: string, most = 99, current = 0): Offer {
  const [region = '', zone = '', name = ''] = at.split('/');
  return { cluster: ClusterName.parse(name), region, zone, current, most };
}

function divide(
  constraints: readonly SpreadConstraint[],
  replicas: number,
  offers: readonly Offer[],
) {
  const division = spread(workload({ replicas, spread: constraints }), offers);
  return division.kind === 'divided' ? division.replicas : division.why;
}

const TWO_REGIONS = ['AS/KR/seoul', 'AS/KR/busan', 'AS/JP/tokyo', 'EU/DE/berlin'];

describe('spread by one level', () => {
  it.each([
    [[{ by: 'region', maxSkew: 1 }], 6, [1, 1, 1, 3], 'regions even, then clusters even'],
    [[{ by: 'zone', maxSkew: 1 }], 6, [1, 1, 2, 2], 'zones even'],
    [[{ by: 'cluster', maxSkew: 1 }], 6, [2, 2, 1, 1], 'clusters even'],
    [[{ by: 'region', maxGroups: 1 }], 6, [2, 2, 2, 0], 'one region: the best'],
    [[{ by: 'cluster', maxGroups: 2 }], 6, [3, 0, 0, 3], 'two clusters, of different regions'],
    [[{ by: 'zone', maxGroups: 2 }], 6, [2, 2, 0, 2], 'two zones, of different regions'],
    [[{ by: 'region', minGroups: 2 }], 2, [1, 0, 0, 1], 'at least two regions'],
    [[{ by: 'region', minGroups: 2 }], 1, [1, 0, 0, 0], 'one replica is in one place'],
    [[{ by: 'region', minGroups: 2 }], 5, [2, 1, 1, 1], 'beyond that clusters are even'],
    [[{ by: 'zone', minGroups: 3 }], 3, [1, 0, 1, 1], 'one in each zone'],
  ] as const)('case %#: %j for %d is %j (%s)', (constraints, replicas, shares, _why) => {
    expect(
      divide(
        constraints,
        replicas,
        TWO_REGIONS.map((at) => offer(at)),
      ),
    ).toEqual(shares);
  });

  it('says what is in the way', () => {
    expect(
      divide(
        [{ by: 'region', minGroups: 3 }],
        6,
        TWO_REGIONS.map((at) => offer(at, 4)),
      ),
    ).toBe('6 replicas cannot be spread by region (at least 3 of them; room: AS 12, EU 4)');
  });
});

describe('spread with little room', () => {
  it('swaps a preferred group that is too small for a larger one', () => {
    const offers = [offer('AS/KR/seoul', 3), offer('EU/DE/berlin', 8), offer('NA/US/boston', 5)];

    expect(divide([{ by: 'region', maxGroups: 1 }], 6, offers)).toEqual([0, 6, 0]);
    expect(divide([{ by: 'region', maxGroups: 2 }], 12, offers)).toEqual([0, 7, 5]);
  });

  it('is held back by the smallest group, unless that may be left out', () => {
    const offers = [offer('AS/KR/seoul'), offer('EU/DE/berlin'), offer('NA/US/boston', 1)];

    expect(divide([{ by: 'region', maxSkew: 1 }], 9, offers)).toBe(
      '9 replicas cannot be spread by region (at most 1 apart; room: AS 99, EU 99, NA 1)',
    );
    expect(divide([{ by: 'region', maxSkew: 1, minGroups: 2 }], 9, offers)).toEqual([5, 4, 0]);
  });

  it('does not count clusters without any room', () => {
    const offers = [offer('AS/KR/seoul'), offer('EU/DE/berlin', 0)];

    expect(divide([{ by: 'region', maxSkew: 1 }], 4, offers)).toEqual([4, 0]);
  });

  it('keeps an inner level within its skew when the outer one is filled', () => {
    const offers = [offer('AS/KR/seoul', 9), offer('AS/JP/tokyo', 1), offer('EU/DE/berlin', 9)];
    const constraints = [
      { by: 'region', maxSkew: 4 },
      { by: 'zone', maxSkew: 1 },
    ] as const;

    expect(divide(constraints, 8, offers)).toEqual([2, 1, 5]);
  });
});

describe('spread of what runs already', () => {
  it.each([
    [[{ by: 'region', maxSkew: 1 }], 4, [2, 2], [2, 2], 'nothing moves when it is right'],
    [[{ by: 'region', maxSkew: 1 }], 4, [4, 0], [2, 2], 'moves what has to'],
    [[{ by: 'region', maxSkew: 2 }], 4, [4, 0], [3, 1], 'and no more'],
    [[{ by: 'region', maxGroups: 1 }], 4, [0, 4], [0, 4], 'stays where it is'],
    [[{ by: 'region', minGroups: 2 }], 4, [0, 4], [1, 3], 'gives one to the second region'],
  ] as const)(
    'case %#: %j for %d from %j is %j (%s)',
    (...[constraints, replicas, had, shares]) => {
      const offers = [offer('AS/KR/seoul', 99, had[0]), offer('EU/DE/berlin', 99, had[1])];

      expect(divide(constraints, replicas, offers)).toEqual(shares);
    },
  );
});

describe('any spread', () => {
  it('keeps to every constraint, places all, and changes nothing when asked again', () => {
    const random = seeded(3);
    let divided = 0;
    for (let round = 0; round < 1_500; round += 1) {
      const constraints = (['region', 'zone', 'cluster'] as const).flatMap((by) => {
        if (random.between(0, 1) === 0) return [];
        const minGroups = random.between(0, 1) === 0 ? undefined : random.between(1, 3);
        const maxGroups =
          random.between(0, 1) === 0 ? undefined : random.between(minGroups ?? 1, 4);
        return [{ by, minGroups, maxGroups, maxSkew: random.pick([undefined, 1, 2, 5]) }];
      });
      const offers = Array.from({ length: random.between(1, 7) }, (_, index) => {
        const most = random.between(0, 6);
        const region = random.pick(['AS', 'EU']);
        return offer(
          `${region}/${random.pick(['a', 'b'])}/c${index}`,
          most,
          random.between(0, most),
        );
      });
      const replicas = random.between(1, 12);

      const shares = divide(constraints, replicas, offers);
      if (typeof shares === 'string') continue;
      divided += 1;

      expect(shares.reduce((sum, each) => sum + each, 0)).toBe(replicas);
      expect(shares.every((share, index) => share <= (offers[index]?.most ?? 0))).toBe(true);
      for (const constraint of constraints) {
        expect(brokenBy(constraint, replicas, offers, shares)).toEqual([]);
      }
      const after = offers.map((each, index) => ({ ...each, current: shares[index] ?? 0 }));
      expect(divide(constraints, replicas, after)).toEqual(shares);
    }
    expect(divided).toBeGreaterThan(400);
  });
});

function brokenBy(
  { by, minGroups = 0, maxGroups = 99, maxSkew = 99 }: SpreadConstraint,
  replicas: number,
  offers: readonly Offer[],
  shares: readonly number[],
): string[] {
  const groups = totals(by, offers, shares);
  const skew = Math.max(...groups.values()) - Math.min(...groups.values());
  return [
    groups.size > maxGroups ? ['too many groups'] : [],
    groups.size < Math.min(minGroups, replicas) ? ['too few groups'] : [],
    // That of a narrower level only holds within its wider group.
    by === 'region' && skew > maxSkew ? ['too far apart'] : [],
  ].flat();
}

function totals(
  by: SpreadConstraint['by'],
  offers: readonly Offer[],
  shares: readonly number[],
): ReadonlyMap<string, number> {
  const groups = new Map<string, number>();
  for (const [index, { cluster, region, zone }] of offers.entries()) {
    const share = shares[index] ?? 0;
    const key = { region, zone: `${region}/${zone}`, cluster }[by];
    if (share > 0) groups.set(key, (groups.get(key) ?? 0) + share);
  }
  return groups;
}
