import { describe, expect, it } from '@jest/globals';
import { leastRequested } from '../../../../src/scheduler/plugins/least-requested.ts';
import { candidate, GI, node, workload } from '../../../fakes/fleet.ts';

const asked = workload({ requests: { cpu: 1000 } });

describe('leastRequested', () => {
  it.each([
    [[{}], 87.5, 'the replica alone: a quarter of the cpu, no memory'],
    [[{ cpu: 2000 }], 62.5, 'three quarters of the cpu with it'],
    [[{}, { cpu: 2000 }], 75, 'the mean over nodes, not their sum'],
    [[{ cpu: 9000, memory: 99 * GI }], 0, 'never outside of 0 to 100'],
  ])('used %j scores %d: %s', (uses, score, _why) => {
    const nodes = uses.map((used, index) => node(`n${index}`, { used }));

    expect(leastRequested(candidate({ workload: asked, nodes }))).toBeCloseTo(score);
  });

  it('counts an extended resource only for who asks for it', () => {
    const allocatable = { cpu: 4000, memory: 16 * GI, 'nvidia.com/gpu': 4 };
    const nodes = [node('a', { allocatable, used: { 'nvidia.com/gpu': 3 } })];
    const onGpu = workload({ requests: { 'nvidia.com/gpu': 1 } });
    const without = workload({ requests: {} });

    const score = leastRequested(candidate({ workload: onGpu, nodes }));

    expect(score).not.toBeCloseTo(leastRequested(candidate({ workload: without, nodes })));
  });
});
