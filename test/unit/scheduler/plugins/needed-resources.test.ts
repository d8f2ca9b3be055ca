import { expect, it } from '@jest/globals';
import { neededResources } from '../../../../src/scheduler/plugins/needed-resources.ts';
import { node, workload } from '../../../fakes/fleet.ts';

const gpu = node('a', { allocatable: { cpu: 4000, 'nvidia.com/gpu': 1 } });

it.each([
  [[], node('b'), true, 'nothing is needed'],
  [['nvidia.com/gpu'], gpu, true, 'its full name'],
  [['gpu'], gpu, true, 'its name without the domain, as in the samples'],
  [['pu'], gpu, false, 'not a part of the name'],
  [['gpu'], node('b'), false, 'the node has none'],
  [['gpu'], node('b', { allocatable: { 'nvidia.com/gpu': 0 } }), false, 'none that works'],
  [['gpu', 'hba'], gpu, false, 'all of them are needed'],
])('needs %j: case %#', (needs, on, fits, _why) => {
  expect(neededResources.fits(workload({ needs }), on) > 0).toBe(fits);
});

it.each([
  [[gpu], 'offers hba', 'only what is missing everywhere'],
  [[gpu, node('b', { allocatable: { 'x.io/hba': 1 } })], 'offers gpu, hba', 'no node has both'],
])('says what is missing: case %#', (nodes, words, _why) => {
  expect(neededResources.wanted(workload({ needs: ['gpu', 'hba'] }), nodes)).toBe(words);
});
