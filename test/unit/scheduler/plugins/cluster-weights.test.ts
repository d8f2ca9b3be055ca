import { expect, it } from '@jest/globals';
import { clusterWeights } from '../../../../src/scheduler/plugins/cluster-weights.ts';
import { cluster, workload } from '../../../fakes/fleet.ts';

it.each([
  [null, true, 'without weights all are equal'],
  [{ one: 2, two: 1 }, true, 'it has a weight'],
  [{ one: 0, two: 1 }, false, 'its weight is zero'],
  [{ two: 1 }, false, 'it has no weight'],
])('lets weights %j pass: %s (%s)', (weights, passes, _why) => {
  expect(clusterWeights(workload({ weights }), cluster('one')) === null).toBe(passes);
});
