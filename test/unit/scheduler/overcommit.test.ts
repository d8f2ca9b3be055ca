/** Decisions that follow each other faster than pods appear. */

import { describe, expect, it } from '@jest/globals';
import type { ClusterView } from '../../../src/api/fleet.ts';
import { createLedger } from '../../../src/scheduler/ledger.ts';
import { place } from '../../../src/scheduler/place.ts';
import { clusterFacts, nodeFacts, podFacts, workload } from '../../fakes/fleet.ts';

function usedCpu(views: readonly ClusterView[]): readonly number[] {
  return views.flatMap(({ nodes }) => nodes.map(({ used }) => used['cpu'] ?? 0));
}

describe('many at once', () => {
  it('never promises more than there is, before any pod exists', () => {
    const ledger = createLedger();
    for (const name of ['one', 'two']) {
      ledger.setCluster(name, clusterFacts());
      for (let index = 0; index < 3; index += 1)
        ledger.setNode(name, nodeFacts(`${name}-${index}`));
    }

    let placed = 0;
    for (let index = 0; index < 100; index += 1) {
      const asked = workload({
        uid: `u${index}`,
        name: `web-${index}`,
        replicas: 2,
        requests: { cpu: 700 },
      });
      const placement = place(asked, ledger.viewFor(asked.uid, asked.requests), 'OpenMCP');
      if (placement.kind !== 'placed') continue;
      placed += 1;
      ledger.promise(asked.uid, asked, placement.shares);
      expect(ledger.unplaced('one') + ledger.unplaced('two')).toBe(0);
    }

    // 5 replicas of 700m fit into each node of 4 CPU; 6 nodes hold 30, that is 15 workloads.
    expect(placed).toBe(15);
    expect(Math.max(...usedCpu(ledger.view()))).toBeLessThanOrEqual(4000);
  });

  it('never promises more than there is while pods land elsewhere than they were promised for', () => {
    const ledger = createLedger();
    ledger.setCluster('one', clusterFacts());
    for (const node of ['a', 'b', 'c']) ledger.setNode('one', nodeFacts(node));
    const decide = (uid: string): boolean => {
      const asked = workload({ uid, replicas: 1, requests: { cpu: 900 } });
      const placement = place(asked, ledger.viewFor(uid, asked.requests), 'OpenMCP');
      if (placement.kind !== 'placed') return false;
      ledger.promise(uid, asked, placement.shares);
      return true;
    };
    const first = Array.from({ length: 12 }, (_, index) => `u${index}`);
    expect(first.filter(decide)).toHaveLength(12);

    // The member fills node after node, and with each pod someone new asks.
    for (const [index, ownerUid] of first.entries()) {
      const node = ['a', 'b', 'c'][Math.floor(index / 4)] ?? 'c';
      ledger.setPod('one', ownerUid, podFacts(node, { ownerUid, requests: { cpu: 900 } }));
      expect(decide(`late${index}`)).toBe(false);
    }
  });

  it('decides the same again for each of them', () => {
    const ledger = createLedger();
    for (const name of ['one', 'two']) ledger.setCluster(name, clusterFacts());
    for (const name of ['a', 'b']) ledger.setNode('one', nodeFacts(name));
    ledger.setNode('two', nodeFacts('c'));
    const all = Array.from({ length: 6 }, (_, index) =>
      workload({ uid: `u${index}`, replicas: 3 }),
    );
    const decided = all.map((asked) => {
      const placement = place(asked, ledger.viewFor(asked.uid), 'OpenMCP');
      const given = placement.kind === 'placed' ? placement.shares : [];
      ledger.promise(asked.uid, asked, given);
      return given;
    });

    for (const [index, given] of decided.entries()) {
      expect(given.length).toBeGreaterThan(0);
      const current = Object.fromEntries(given.map(({ cluster, replicas }) => [cluster, replicas]));
      const asked = workload({ uid: `u${index}`, replicas: 3, current });
      expect(place(asked, ledger.viewFor(asked.uid), 'OpenMCP')).toMatchObject({ shares: given });
    }
  });
});
