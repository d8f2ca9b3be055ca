import { expect, it } from '@jest/globals';
import { clusterNames } from '../../../../src/scheduler/plugins/cluster-names.ts';
import { cluster, workload } from '../../../fakes/fleet.ts';

it.each([
  [[], null, 'no names mean any cluster'],
  [['one', 'two'], null, 'it is named'],
  [['two', 'three'], 'spec.clusters names only two, three', 'others are named'],
])('judges spec.clusters %j: %s (%s)', (clusters, reason, _why) => {
  const refusal = clusterNames(workload({ clusters }), cluster('one'));

  expect(refusal?.reason ?? null).toBe(reason);
});

it('sends replicas away from a cluster that is no longer named', () => {
  expect(clusterNames(workload({ clusters: ['two'] }), cluster('one'))?.keeps).toBe(false);
});
