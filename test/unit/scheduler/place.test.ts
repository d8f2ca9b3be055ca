import { describe, expect, it } from '@jest/globals';
import type { ClusterView } from '../../../src/api/fleet.ts';
import type { Workload } from '../../../src/api/workload.ts';
import { place } from '../../../src/scheduler/place.ts';
import { cluster, clusterFor, GI, node, sharesOf, workload } from '../../fakes/fleet.ts';

const shares = (asked: Workload, ...clusters: readonly ClusterView[]) =>
  sharesOf(place(asked, clusters, 'OpenMCP'));

describe('place, from nothing', () => {
  it.each([
    [cluster('one'), cluster('two'), 'two equal ones'],
    [clusterFor('one', 100), clusterFor('two', 2), 'one just large enough'],
    [
      cluster('one', { nodes: [node('a'), node('b'), node('c')] }),
      cluster('two', { nodes: [node('d', { used: { cpu: 2500, memory: 12 * GI } })] }),
      'one much busier',
    ],
    [
      cluster('one', { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] }),
      cluster('two'),
      'one that would rather not',
    ],
  ])('puts 4 replicas on two clusters as 2 + 2: case %#', (one, two, _why) => {
    expect(shares(workload(), one, two)).toEqual({ one: 2, two: 2 });
  });

  it.each([
    [clusterFor('one', 10), clusterFor('two', 20), { one: 2, two: 3 }, 'most room'],
    [
      cluster('one', { nodes: [node('a', { used: { cpu: 2000 } })] }),
      cluster('two'),
      { one: 2, two: 3 },
      'least used',
    ],
    [
      cluster('one', { nodes: [node('a', { used: { cpu: 1000 } }), node('b')] }),
      cluster('two', { nodes: [node('c')] }),
      { one: 3, two: 2 },
      'most free in all, though a smaller part of it',
    ],
    [
      cluster('one', { nodes: [node('a', { used: { memory: 8 * GI } })] }),
      cluster('two'),
      { one: 2, two: 3 },
      'as much room, but less used',
    ],
    [cluster('two'), cluster('one'), { one: 3, two: 2 }, 'equals: by name'],
  ])('gives the remainder to the freest cluster: case %#', (one, two, expected, _why) => {
    expect(shares(workload({ replicas: 5 }), one, two)).toEqual(expected);
  });

  it('gives others what one cluster cannot hold', () => {
    const placed = shares(workload({ replicas: 9 }), clusterFor('one', 2), clusterFor('two', 20));

    expect(placed).toEqual({ one: 2, two: 7 });
  });

  it('counts room node by node', () => {
    const halves = [node('a', { used: { cpu: 2600 } }), node('b', { used: { cpu: 2600 } })];
    const asked = workload({ replicas: 1, requests: { cpu: 2000 } });

    expect(place(asked, [cluster('one', { nodes: halves })], 'OpenMCP')).toEqual({
      kind: 'unplaceable',
      message: 'none of 1 replicas fit: one: no node has 2 CPU free (largest: 1400m)',
      kept: [],
      verdicts: [
        {
          cluster: 'one',
          score: null,
          room: 0,
          reason: 'no node has 2 CPU free (largest: 1400m)',
        },
      ],
    });
  });

  it('wants everything of a replica on the same node', () => {
    const nodes = [
      node('a', { labels: { disk: 'ssd' }, used: { cpu: 4000 } }),
      node('b', { labels: { disk: 'hdd' } }),
    ];
    const asked = workload({ replicas: 1, nodeSelector: { disk: 'ssd' } });

    expect(place(asked, [cluster('one', { nodes })], 'OpenMCP').verdicts).toMatchObject([
      { reason: 'no node matches nodeSelector disk=ssd and has 500m CPU free (largest: 0)' },
    ]);
  });

  it('needs nothing for no replicas', () => {
    expect(place(workload({ replicas: 0 }), [cluster('one')], 'OpenMCP')).toMatchObject({
      kind: 'placed',
      shares: [],
      verdicts: [{ cluster: 'one', reason: null }],
    });
  });

  it('places what is being deleted nowhere', () => {
    const asked = workload({ deleting: true, current: { one: 2 } });

    expect(place(asked, [cluster('one')], 'OpenMCP')).toEqual({
      kind: 'placed',
      shares: [],
      verdicts: [],
    });
  });
});

describe('place, when not all fits', () => {
  it('places nothing, and says what fits where and why not more', () => {
    const clusters = [
      clusterFor('one', 4),
      clusterFor('two', 2),
      cluster('three', { nodes: [node('c', { used: { cpu: 3900 } })] }),
    ];

    expect(place(workload({ replicas: 10 }), clusters, 'OpenMCP')).toMatchObject({
      kind: 'unplaceable',
      message:
        'only 6 of 10 replicas fit: one 4, two 2; three: no node has 500m CPU free (largest: 100m)',
    });
  });

  it('says so when there is no cluster at all', () => {
    expect(place(workload(), [], 'OpenMCP')).toEqual({
      kind: 'unplaceable',
      message: 'none of 4 replicas fit: no cluster has joined',
      kept: [],
      verdicts: [],
    });
  });

  it('keeps the message short in a large fleet', () => {
    const clusters = Array.from({ length: 50 }, (_, index) =>
      cluster(`c${index}`, { joined: false, reason: 'UNJOIN' }),
    );

    const placement = place(workload(), clusters, 'OpenMCP');

    expect(placement.kind === 'unplaceable' && placement.message).toMatch(
      /; and 40 more clusters$/,
    );
    expect(placement.verdicts).toHaveLength(50);
  });

  it('names the clusters that the fleet does not have', () => {
    const asked = workload({ clusters: ['one', 'oen'], current: { gone: 2 } });

    expect(place(asked, [cluster('one')], 'OpenMCP')).toMatchObject({
      kind: 'placed',
      unknown: ['spec.clusters: oen'],
      verdicts: [
        { cluster: 'gone', reason: 'the fleet has no cluster of this name' },
        { cluster: 'oen', reason: 'the fleet has no cluster of this name, see spec.clusters' },
        { cluster: 'one', reason: null },
      ],
    });
  });

  it('explains a spread that cannot be', () => {
    const asked = workload({ spread: [{ by: 'region', minGroups: 2 }] });

    expect(place(asked, [cluster('one', { region: 'AS' })], 'OpenMCP')).toMatchObject({
      kind: 'unplaceable',
      message: '4 replicas cannot be spread by region (at least 2 of them; room: AS 8)',
    });
  });
});

describe('place, again', () => {
  const silent = { healthy: false, reason: 'no answer', nodes: [] };

  it.each([
    [4, { one: 2, two: 2 }, {}, { one: 2, two: 2 }, 'nothing changed'],
    [6, { one: 2, two: 2 }, {}, { one: 3, two: 3 }, 'scaled up'],
    [2, { one: 2, two: 2 }, {}, { one: 1, two: 1 }, 'scaled down'],
    [4, { one: 4 }, {}, { one: 4 }, 'uneven, yet nothing has to move'],
    [6, { one: 4 }, {}, { one: 4, two: 2 }, 'filled up towards even'],
    [4, { one: 2, two: 2 }, { two: silent }, { one: 2, two: 2 }, 'a silent cluster keeps its own'],
    [6, { one: 2, two: 2 }, { two: silent }, { one: 4, two: 2 }, 'and gets no more'],
    [4, { one: 2, two: 2 }, { two: { joined: false } }, { one: 4 }, 'one that left loses them'],
    [
      4,
      { one: 2, two: 2 },
      { two: { taints: [{ key: 'old', effect: 'NoSchedule' }] } },
      { one: 2, two: 2 },
      'NoSchedule keeps what is there',
    ],
    [
      4,
      { one: 2, two: 2 },
      { two: { taints: [{ key: 'old', effect: 'NoExecute' }] } },
      { one: 4 },
      'NoExecute does not',
    ],
    [
      4,
      { one: 2, two: 2 },
      { two: { ...silent, taints: [{ key: 'old', effect: 'NoExecute' }] } },
      { one: 4 },
      'nor does it from a silent cluster',
    ],
    [4, { one: 2, gone: 2 }, {}, { one: 2, two: 2 }, 'a cluster that is no more'],
    [
      4,
      { one: 2, two: 2 },
      { two: { nodes: [] } },
      { one: 4 },
      'nodes are gone, and pods with them',
    ],
    [
      4,
      { one: 2, two: 2 },
      { two: { nodes: [node('b', { schedulable: false })], running: 2 } },
      { one: 2, two: 2 },
      'pods on a cordoned node run on',
    ],
    [
      4,
      { one: 2, two: 2 },
      { two: { nodes: [node('b', { schedulable: false })], running: 1 } },
      { one: 3, two: 1 },
      'one that does not run finds a better place',
    ],
  ])('case %#: %d replicas from %j', (...[replicas, current, changes, expected]) => {
    const clusters = ['one', 'two'].map((name) =>
      cluster(
        name,
        Object.entries<Partial<ClusterView>>(changes).find(([key]) => key === name)?.[1],
      ),
    );

    expect(shares(workload({ replicas, current }), ...clusters)).toEqual(expected);
  });

  it('sends replicas away for one reason even where another would let them stay', () => {
    const asked = workload({ current: { one: 4 }, affinity: { region: ['EU'] } });
    const tainted = { region: 'AS', taints: [{ key: 'old', effect: 'NoSchedule' }] };

    expect(shares(asked, cluster('one', tainted), cluster('two', { region: 'EU' }))).toEqual({
      two: 4,
    });
  });

  it('moves nothing because a cluster joins', () => {
    const asked = workload({ current: { one: 2, two: 2 } });
    const clusters = [cluster('one'), cluster('two'), cluster('three')];

    expect(shares(asked, ...clusters)).toEqual({ one: 2, two: 2 });
    expect(shares({ ...asked, replicas: 6 }, ...clusters)).toEqual({ one: 2, two: 2, three: 2 });
  });

  it('says of a cluster that gets no more what it keeps', () => {
    const asked = workload({ current: { one: 2, two: 2 } });
    const two = cluster('two', silent);

    expect(place(asked, [cluster('one'), two], 'OpenMCP').verdicts[1]).toEqual({
      cluster: 'two',
      score: null,
      room: null,
      reason: 'it is not healthy (no answer); it keeps the 2 that it has',
    });
  });
});

describe('place, by what divides', () => {
  it('follows weights before the policy', () => {
    const asked = workload({ replicas: 4, weights: { one: 3, two: 1 } });
    const clusters = [cluster('one'), cluster('two'), cluster('three')];

    expect(sharesOf(place(asked, clusters, 'RR'))).toEqual({ one: 3, two: 1 });
  });

  it('follows a spread before the policy', () => {
    const asked = workload({ replicas: 4, spread: [{ by: 'region', maxGroups: 1 }] });
    const clusters = [cluster('one', { region: 'AS' }), cluster('two', { region: 'EU' })];

    expect(sharesOf(place(asked, clusters, 'RR'))).toEqual({ one: 4 });
  });

  it('deals in turns under the policy RR, and only where there is room', () => {
    const asked = workload({ replicas: 5 });

    expect(sharesOf(place(asked, [clusterFor('one', 1), clusterFor('two', 9)], 'RR'))).toEqual({
      one: 1,
      two: 4,
    });
    expect(place(asked, [clusterFor('one', 1)], 'RR').kind).toBe('unplaceable');
  });
});

it('keeps what it has while not all fits, but for what it had in clusters that have left', () => {
  const asked = workload({ replicas: 9, current: { one: 2, two: 1, three: 4, four: 1 } });
  const placement = place(
    asked,
    [
      cluster('one', { nodes: [] }),
      cluster('two', { nodes: [], joined: false, leaving: true, reason: 'UNJOINING' }),
      cluster('three', { nodes: [], joined: false, reason: 'UNJOIN' }),
    ],
    'OpenMCP',
  );

  expect(placement).toMatchObject({
    kind: 'unplaceable',
    kept: [
      { cluster: 'one', replicas: 2 },
      { cluster: 'two', replicas: 1 },
    ],
  });
});
