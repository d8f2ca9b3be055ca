import { expect, it } from '@jest/globals';
import { explain } from '../../../src/scheduler/explain.ts';
import { place } from '../../../src/scheduler/place.ts';
import { cluster, clusterFor, workload } from '../../fakes/fleet.ts';

it('shows what each cluster gets, and why', () => {
  const clusters = [cluster('cluster1'), cluster('c2', { joined: false, reason: 'UNJOIN' })];

  expect(explain(place(workload(), clusters, 'OpenMCP'))).toEqual([
    'CLUSTER    REPLICAS   SCORE   ROOM   REASON',
    'c2         0          -       -      it has not joined (UNJOIN)',
    expect.stringMatching(/^cluster1 {3}4 {10}[\d.]+ +8 {6}-$/),
  ]);
});

it('promises no replicas where nothing is placed', () => {
  expect(explain(place(workload(), [clusterFor('one', 2)], 'OpenMCP'))[1]).toMatch(
    /^one +- +[\d.]+ +2 +-$/,
  );
});

it('has nothing to say of an empty fleet', () => {
  expect(explain(place(workload(), [], 'OpenMCP'))).toEqual([]);
});
