/** What holds for every placement, tried on random fleets. */

import { describe, expect, it } from '@jest/globals';
import type { ClusterView } from '../../../src/api/fleet.ts';
import type { Workload } from '../../../src/api/workload.ts';
import { place } from '../../../src/scheduler/place.ts';
import { cluster, clusterFor, GI, node, sharesOf, workload } from '../../fakes/fleet.ts';
import { seeded } from '../../support/random.ts';

const shares = (asked: Workload, ...clusters: readonly ClusterView[]) =>
  sharesOf(place(asked, clusters, 'OpenMCP'));

describe('place, always', () => {
  it('gives the same answer whatever the order of clusters and nodes', () => {
    const random = seeded(5);
    for (let round = 0; round < 300; round += 1) {
      const { asked, clusters } = anyCase(random);
      const shuffled = random
        .shuffle(clusters)
        .map((each) => ({ ...each, nodes: random.shuffle(each.nodes) }));

      expect(place(asked, shuffled, 'OpenMCP')).toEqual(place(asked, clusters, 'OpenMCP'));
    }
  });

  it('places all or nothing, within the room, and changes nothing when asked again', () => {
    const random = seeded(6);
    let placed = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const { asked, clusters } = anyCase(random);

      const placement = place(asked, clusters, 'OpenMCP');
      if (placement.kind !== 'placed') continue;
      placed += 1;

      const given = placement.shares.reduce((sum, { replicas }) => sum + replicas, 0);
      expect(given).toBe(asked.replicas);
      for (const share of placement.shares) {
        const verdict = placement.verdicts.find(({ cluster: name }) => name === share.cluster);
        const had = asked.current[share.cluster] ?? 0;
        expect(share.replicas).toBeLessThanOrEqual(Math.max(verdict?.room ?? 0, had));
      }
      const again = { ...asked, current: sharesOf(placement) ?? {} };
      expect(place(again, clusters, 'OpenMCP')).toMatchObject({ shares: placement.shares });
    }
    expect(placed).toBeGreaterThan(300);
  });

  it('moves only the replicas of a cluster that leaves', () => {
    const random = seeded(8);
    for (let round = 0; round < 300; round += 1) {
      const clusters = ['a', 'b', 'c', 'd'].map((name) => clusterFor(name, 20));
      const current = Object.fromEntries(clusters.map(({ name }) => [name, random.between(0, 5)]));
      const replicas = Object.values(current).reduce((sum, each) => sum + each, 0);
      const [leaving, ...staying] = clusters;
      const gone = { ...(leaving ?? cluster('a')), joined: false };

      const after = shares(workload({ replicas, current }), gone, ...staying) ?? {};

      for (const { name } of staying)
        expect(after[name] ?? 0).toBeGreaterThanOrEqual(current[name] ?? 0);
    }
  });
});

function anyCase(random: ReturnType<typeof seeded>) {
  const clusters = Array.from({ length: random.between(1, 6) }, (_, index) =>
    cluster(`c${index}`, {
      joined: random.between(0, 9) > 0,
      healthy: random.between(0, 9) > 0,
      nodes: Array.from({ length: random.between(0, 4) }, (__, at) =>
        node(`n${at}`, {
          schedulable: random.between(0, 9) > 0,
          used: { cpu: random.between(0, 4000), memory: random.between(0, 16) * GI },
        }),
      ),
    }),
  );
  const current = Object.fromEntries(
    clusters
      .filter(() => random.between(0, 1) === 0)
      .map(({ name }) => [name, random.between(1, 4)]),
  );
  return { asked: workload({ replicas: random.between(1, 15), current }), clusters };
}
