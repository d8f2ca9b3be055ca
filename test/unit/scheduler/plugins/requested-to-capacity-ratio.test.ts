import { expect, it } from '@jest/globals';
import { requestedToCapacityRatio } from '../../../../src/scheduler/plugins/requested-to-capacity-ratio.ts';
import { candidate, node, workload } from '../../../fakes/fleet.ts';

const asked = workload({ requests: {} });

it.each([
  [0, 100, 'empty'],
  [3300, 87.5, 'half way to the bend'],
  [6600, 75, 'at the bend'],
  [8300, 37.5, 'half way down'],
  [10000, 0, 'full'],
  [12000, 0, 'promised beyond full'],
])('%d of 10000 millicores used scores %d: %s', (cpu, score, _why) => {
  const nodes = [node('a', { allocatable: { cpu: 10000 }, used: { cpu } })];

  expect(requestedToCapacityRatio(candidate({ workload: asked, nodes }))).toBeCloseTo(score);
});

it('is a mean over the nodes', () => {
  const nodes = [0, 10000].map((cpu) =>
    node(`n${cpu}`, { allocatable: { cpu: 10000 }, used: { cpu } }),
  );

  expect(requestedToCapacityRatio(candidate({ workload: asked, nodes }))).toBeCloseTo(50);
});
