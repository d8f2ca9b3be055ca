import { describe, expect, it } from '@jest/globals';
import type { ClusterView } from '../../../src/api/fleet.ts';
import { ClusterName } from '../../../src/api/meta.ts';
import type { NodeFacts } from '../../../src/scheduler/ledger/facts.ts';
import { createLedger, type Ledger } from '../../../src/scheduler/ledger.ts';
import { clusterFacts, GI, nodeFacts, podFacts, workload } from '../../fakes/fleet.ts';

const ONE = ClusterName.parse('one');
const TWO = ClusterName.parse('two');

/** One cluster of nodes with 4 CPU each. */
function ledgerWith(...nodes: readonly (string | NodeFacts)[]): Ledger {
  const ledger = createLedger();
  ledger.setCluster('one', clusterFacts());
  for (const node of nodes)
    ledger.setNode('one', typeof node === 'string' ? nodeFacts(node) : node);
  return ledger;
}

function usedCpu(views: readonly ClusterView[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    views.flatMap(({ nodes }) => nodes.map(({ name, used }) => [name, used['cpu'] ?? 0])),
  );
}

const small = workload({ requests: { cpu: 500 } });
const shares = (replicas: number) => [{ cluster: ONE, replicas }];

describe('what is there', () => {
  it('counts the pods that are bound, by node', () => {
    const ledger = ledgerWith('a', 'b');
    ledger.setPod('one', 'shop/x', podFacts('a', { qos: 'Guaranteed' }));
    ledger.setPod(
      'one',
      'shop/y',
      podFacts('a', { hostPorts: [{ port: 80, protocol: 'TCP', hostIp: '' }] }),
    );
    ledger.setPod('one', 'shop/waiting', podFacts(null));
    ledger.setPod('one', 'shop/done', podFacts('b', { terminal: true }));

    expect(ledger.view()).toMatchObject([
      {
        name: 'one',
        nodes: [
          {
            name: 'a',
            used: { cpu: 1000, memory: GI, pods: 2 },
            hostPorts: [{ port: 80 }],
            qos: { guaranteed: 1, burstable: 1, bestEffort: 0 },
          },
          { name: 'b', used: {}, hostPorts: [], qos: { burstable: 0 } },
        ],
      },
    ]);
  });

  it('follows pods that end, move and go', () => {
    const ledger = ledgerWith('a', 'b');
    ledger.setPod('one', 'shop/x', podFacts('a'));
    ledger.setPod('one', 'shop/y', podFacts('a'));
    ledger.setPod('one', 'shop/x', podFacts('b'));
    ledger.setPod('one', 'shop/y', podFacts('a', { terminal: true }));

    expect(usedCpu(ledger.view())).toEqual({ a: 0, b: 500 });
    ledger.removePod('one', 'shop/x');
    ledger.removePod('one', 'shop/never-seen');
    expect(usedCpu(ledger.view())).toEqual({ a: 0, b: 0 });
  });

  it('knows the pods of a node before the node, and after it', () => {
    const ledger = ledgerWith();
    ledger.setPod('one', 'shop/x', podFacts('a'));
    expect(ledger.view()[0]?.nodes).toEqual([]);

    ledger.setNode('one', nodeFacts('a'));
    expect(usedCpu(ledger.view())).toEqual({ a: 500 });

    ledger.removeNode('one', 'a');
    expect(ledger.view()[0]?.nodes).toEqual([]);
    ledger.setNode('one', nodeFacts('a'));
    expect(usedCpu(ledger.view())).toEqual({ a: 500 });
  });

  it('shows a cluster once its resource is known, and no longer when that is gone', () => {
    const ledger = createLedger();
    ledger.setNode('one', nodeFacts('a'));
    expect(ledger.view()).toEqual([]);

    ledger.setCluster('one', clusterFacts({ healthy: false, reason: 'no answer' }));
    expect(ledger.view()).toMatchObject([{ healthy: false, reason: 'no answer', nodes: [{}] }]);

    ledger.removeCluster('one');
    expect(ledger.view()).toEqual([]);
    ledger.setCluster('one', clusterFacts());
    expect(ledger.view()).toMatchObject([{ nodes: [] }]);
  });

  it('tells region and zones by the nodes, else by the resource', () => {
    const ledger = createLedger();
    ledger.setCluster('one', clusterFacts({ region: 'EU', zones: ['DE'] }));
    expect(ledger.view()).toMatchObject([{ region: 'EU', zones: ['DE'] }]);

    const labels = { 'topology.kubernetes.io/region': 'AS', 'topology.kubernetes.io/zone': 'KR' };
    ledger.setNode('one', nodeFacts('a', { labels }));
    ledger.setNode(
      'one',
      nodeFacts('b', { labels: { ...labels, 'topology.kubernetes.io/zone': 'JP' } }),
    );
    expect(ledger.view()).toMatchObject([{ region: 'AS', zones: ['JP', 'KR'] }]);
  });

  it('gives snapshots, and the same one until something changes', () => {
    const ledger = ledgerWith('a', 'b');
    const [before] = ledger.view();
    expect(ledger.view()[0]).toBe(before);

    ledger.setPod('one', 'shop/x', podFacts('a'));

    expect(before?.nodes[0]?.used).toEqual({});
    expect(ledger.view()[0]).not.toBe(before);
    expect(ledger.view()[0]?.nodes[1]).toBe(before?.nodes[1]);
  });

  it('does not make a new view for a change that changes nothing', () => {
    const ledger = ledgerWith('a');
    ledger.setPod('one', 'shop/x', podFacts('a'));
    const [before] = ledger.view();

    ledger.setPod('one', 'shop/x', podFacts('a'));
    ledger.setNode('one', nodeFacts('a'));

    expect(ledger.view()[0]).toBe(before);
  });
});

describe('what is promised', () => {
  it('counts as used, spread as the scheduler of a member spreads', () => {
    const ledger = ledgerWith('a', 'b');

    ledger.promise('web', small, shares(3));

    expect(usedCpu(ledger.view())).toEqual({ a: 1000, b: 500 });
  });

  it('is redeemed by pods, wherever they land', () => {
    const ledger = ledgerWith('a', 'b');
    ledger.promise('web', small, shares(2));

    expect(usedCpu(ledger.view())).toEqual({ a: 500, b: 500 });
    ledger.setPod('one', 'shop/1', podFacts('a', { ownerUid: 'web' }));
    expect(usedCpu(ledger.view())).toEqual({ a: 500, b: 500 });
    ledger.setPod('one', 'shop/2', podFacts('a', { ownerUid: 'web' }));
    expect(usedCpu(ledger.view())).toEqual({ a: 1000, b: 0 });
  });

  it('gives way to a pod that the member put where it was kept, and takes the place left free', () => {
    const half = workload({ requests: { cpu: 4000 } });
    const ledger = ledgerWith('a', 'b');
    ledger.promise('web', half, shares(1));
    ledger.promise('api', half, shares(1));
    expect(usedCpu(ledger.view())).toEqual({ a: 4000, b: 4000 });

    // Kept on b, and now on a, where web was kept.
    const pod = podFacts('a', { ownerUid: 'api', requests: { cpu: 4000 } });
    ledger.setPod('one', 'shop/api', pod);

    expect(usedCpu(ledger.view())).toEqual({ a: 4000, b: 4000 });
    expect(ledger.unplaced('one')).toBe(0);
  });

  it('gives way to a pod that takes its host port', () => {
    const hostPorts = [{ port: 80, protocol: 'TCP' as const, hostIp: '' }];
    const door = workload({ requests: { cpu: 500 }, hostPorts });
    const ledger = ledgerWith('a', 'b');
    ledger.promise('web', door, shares(1));
    expect(usedCpu(ledger.view())).toEqual({ a: 500, b: 0 });

    ledger.setPod('one', 'other/1', podFacts('a', { requests: { cpu: 100 }, hostPorts }));

    expect(usedCpu(ledger.view())).toEqual({ a: 100, b: 500 });
  });

  it('stands while pods come and go', () => {
    const ledger = ledgerWith('a');
    ledger.promise('web', small, shares(1));
    ledger.setPod('one', 'shop/1', podFacts('a', { ownerUid: 'web' }));
    expect(usedCpu(ledger.view())).toEqual({ a: 500 });

    ledger.removePod('one', 'shop/1');
    expect(usedCpu(ledger.view())).toEqual({ a: 500 });
  });

  it('needs room for the successor of a pod that is leaving', () => {
    const ledger = ledgerWith('a');
    ledger.promise('web', small, shares(1));
    ledger.setPod('one', 'shop/1', podFacts('a', { ownerUid: 'web', leaving: true }));

    expect(usedCpu(ledger.view())).toEqual({ a: 1000 });
  });

  it('follows a new decision', () => {
    const ledger = ledgerWith('a');
    ledger.setCluster('two', clusterFacts());
    ledger.setNode('two', nodeFacts('t'));
    ledger.promise('web', small, shares(4));

    ledger.promise('web', small, [{ cluster: TWO, replicas: 3 }]);
    expect(usedCpu(ledger.view())).toEqual({ a: 0, t: 1500 });

    ledger.promise('web', small, [
      { cluster: ONE, replicas: 1 },
      { cluster: TWO, replicas: 1 },
    ]);
    expect(usedCpu(ledger.view())).toEqual({ a: 500, t: 500 });
  });

  it('ends with its release, while pods count until they are gone', () => {
    const ledger = ledgerWith('a');
    ledger.promise('web', small, shares(2));
    ledger.setPod('one', 'shop/1', podFacts('a', { ownerUid: 'web' }));

    ledger.release('web');
    expect(usedCpu(ledger.view())).toEqual({ a: 500 });
    ledger.removePod('one', 'shop/1');
    ledger.release('never-seen');
    expect(usedCpu(ledger.view())).toEqual({ a: 0 });
  });

  it('counts pods of the old size at the size of their successors', () => {
    const ledger = ledgerWith('a');
    ledger.promise('web', small, shares(1));
    ledger.setPod('one', 'shop/1', podFacts('a', { ownerUid: 'web' }));

    ledger.promise('web', workload({ requests: { cpu: 3000 } }), shares(1));
    expect(usedCpu(ledger.view())).toEqual({ a: 3000 });
    ledger.promise('web', small, shares(1));
    expect(usedCpu(ledger.view())).toEqual({ a: 500 });
  });

  it('goes only to nodes that take it', () => {
    const picky = workload({
      requests: { cpu: 100 },
      nodeSelector: { disk: 'ssd' },
      hostPorts: [{ port: 80, protocol: 'TCP', hostIp: '' }],
    });
    const ledger = ledgerWith(
      nodeFacts('ssd-1', { labels: { disk: 'ssd' } }),
      nodeFacts('ssd-2', {
        labels: { disk: 'ssd' },
        taints: [{ key: 'db', effect: 'NoSchedule' }],
      }),
      nodeFacts('ssd-3', { labels: { disk: 'ssd' }, schedulable: false }),
      'hdd',
    );

    ledger.promise('web', picky, shares(2));

    expect(usedCpu(ledger.view())).toEqual({ 'ssd-1': 100, 'ssd-2': 0, 'ssd-3': 0, hdd: 0 });
    expect(ledger.unplaced('one')).toBe(1);
  });

  it('takes a place as soon as there is one', () => {
    const ledger = ledgerWith('a');
    ledger.setPod('one', 'other/1', podFacts('a', { requests: { cpu: 3800 } }));
    ledger.promise('web', small, shares(2));
    expect(ledger.unplaced('one')).toBe(2);

    ledger.setNode('one', nodeFacts('b', { allocatable: { cpu: 500, memory: GI, pods: 9 } }));
    expect(usedCpu(ledger.view())).toEqual({ a: 3800, b: 500 });
    ledger.removePod('one', 'other/1');
    expect(usedCpu(ledger.view())).toEqual({ a: 500, b: 500 });
    expect(ledger.unplaced('one')).toBe(0);
  });

  it('takes a place when it asks for less', () => {
    const ledger = ledgerWith('a');
    ledger.promise('web', workload({ requests: { cpu: 9000 } }), shares(1));
    expect(ledger.unplaced('one')).toBe(1);

    ledger.promise('web', small, shares(1));

    expect(ledger.unplaced('one')).toBe(0);
  });

  it('leaves a node that goes, or takes no more', () => {
    const ledger = ledgerWith('a', 'b');
    ledger.promise('web', small, shares(2));
    expect(usedCpu(ledger.view())).toEqual({ a: 500, b: 500 });

    ledger.setNode('one', nodeFacts('a', { schedulable: false }));
    expect(usedCpu(ledger.view())).toEqual({ a: 0, b: 1000 });
    ledger.setNode('one', nodeFacts('c'));
    ledger.removeNode('one', 'b');
    expect(usedCpu(ledger.view())).toEqual({ a: 0, c: 1000 });
  });

  it('waits for a cluster that is away', () => {
    const ledger = ledgerWith('a');
    ledger.promise('web', small, shares(2));

    ledger.removeCluster('one');
    ledger.setCluster('one', clusterFacts());
    ledger.setNode('one', nodeFacts('a'));

    expect(usedCpu(ledger.view())).toEqual({ a: 1000 });
  });
});

describe('the view for one workload', () => {
  it('is without its own pods and promises, and with those of others', () => {
    const ledger = ledgerWith('a', 'b');
    ledger.setPod('one', 'other/1', podFacts('b'));
    ledger.promise('other', small, shares(2));
    ledger.promise('web', small, shares(3));
    ledger.setPod('one', 'shop/1', podFacts('b', { ownerUid: 'web' }));
    const before = usedCpu(ledger.view());

    const views = ledger.viewFor('web');

    const cpu = usedCpu(views);
    expect((cpu['a'] ?? 0) + (cpu['b'] ?? 0)).toBe(1500);
    expect(views[0]?.running).toBe(1);
    expect(usedCpu(ledger.view())).toEqual(before);
  });

  it('is the common view for one that has nothing', () => {
    const ledger = ledgerWith('a');

    expect(ledger.viewFor('new')[0]).toBe(ledger.view()[0]);
  });

  it('counts as running only pods that stay and are large enough', () => {
    const ledger = ledgerWith('a');
    ledger.setPod('one', 'shop/1', podFacts('a', { ownerUid: 'web' }));
    ledger.setPod('one', 'shop/2', podFacts('a', { ownerUid: 'web', requests: { cpu: 100 } }));
    ledger.setPod('one', 'shop/3', podFacts('a', { ownerUid: 'web', leaving: true }));

    expect(ledger.viewFor('web')[0]?.running).toBe(2);
    expect(ledger.viewFor('web', { cpu: 500 })[0]?.running).toBe(1);
    expect(ledger.viewFor('web', { cpu: 900 })[0]?.running).toBe(0);
  });
});
