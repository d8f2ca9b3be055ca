import { expect, it } from '@jest/globals';
import { qos } from '../../../../src/scheduler/plugins/qos.ts';
import { candidate, node, workload } from '../../../fakes/fleet.ts';

const mixed = { guaranteed: 1, burstable: 1, bestEffort: 2 };

it.each([
  ['Guaranteed', mixed, 87.5, 'three give way, its like counts half'],
  ['Burstable', mixed, 62.5, 'two give way, its like counts half'],
  ['BestEffort', mixed, 25, 'none gives way, two of its like'],
  ['BestEffort', { guaranteed: 0, burstable: 0, bestEffort: 0 }, 100, 'nobody is there'],
  ['BestEffort', { guaranteed: 4, burstable: 0, bestEffort: 0 }, 0, 'everybody stays before it'],
] as const)('%s beside %j scores %d: %s', (own, pods, score, _why) => {
  const nodes = [node('a', { qos: pods })];

  expect(qos(candidate({ workload: workload({ qos: own }), nodes }))).toBe(score);
});
