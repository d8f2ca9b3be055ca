import { describe, expect, it } from '@jest/globals';
import { nodeResources } from '../../../../src/scheduler/plugins/node-resources.ts';
import { GI, node, workload } from '../../../fakes/fleet.ts';

describe('nodeResources.fits', () => {
  it.each([
    [{ cpu: 500 }, {}, {}, 8, 'by cpu'],
    [{ cpu: 500, memory: 4 * GI }, {}, {}, 4, 'by the scarcest'],
    [{ cpu: 500 }, {}, { cpu: 3200 }, 1, 'what is used does not count'],
    [{ cpu: 500 }, {}, { cpu: 4000 }, 0, 'full'],
    [{ cpu: 500 }, {}, { cpu: 9000 }, 0, 'more is used than there is'],
    [{}, {}, {}, 110, 'nothing asked: by pod slots'],
    [{}, {}, { pods: 108 }, 2, 'pod slots that are left'],
    [{ cpu: 1 }, {}, { pods: 110 }, 0, 'no pod slot'],
    [{ cpu: 0 }, {}, { cpu: 9000 }, 110, 'a request of nothing is no request'],
    [{ 'nvidia.com/gpu': 1 }, { 'nvidia.com/gpu': 3 }, { 'nvidia.com/gpu': 1 }, 2, 'extended'],
    [{ 'nvidia.com/gpu': 1 }, {}, {}, 0, 'a resource that it does not have'],
    [{ 'ephemeral-storage': GI }, { 'ephemeral-storage': 10 * GI }, {}, 10, 'disk'],
  ])('requests %j with %j and %j used: %d (%s)', (...[requests, extra, used, room]) => {
    const allocatable = { cpu: 4000, memory: 16 * GI, pods: 110, ...extra };

    expect(nodeResources.fits(workload({ requests }), node('a', { allocatable, used }))).toBe(room);
  });

  it('takes the default of the kubelet where a node does not tell its pod slots', () => {
    const silent = node('a', { allocatable: {}, used: { pods: 100 } });

    expect(nodeResources.fits(workload({ requests: {} }), silent)).toBe(10);
  });
});

describe('nodeResources.wanted', () => {
  const requests = { cpu: 2000, memory: 2 * GI };
  const small = node('a', { allocatable: { cpu: 500, memory: 8 * GI } });
  const tight = node('b', { allocatable: { cpu: 8000, memory: GI } });

  it.each([
    [requests, [small], 'has 2 CPU free (largest: 500m)', 'only what is short'],
    [
      requests,
      [node('c', { allocatable: { cpu: 1000, memory: GI } })],
      'has 2 CPU free (largest: 1) and 2Gi memory free (largest: 1Gi)',
      'all that is short',
    ],
    [
      requests,
      [small, tight],
      'has 2 CPU, 2Gi memory, a pod slot free at the same time',
      'each node lacks something else',
    ],
    [requests, [node('d', { used: { pods: 110 } })], 'has a pod slot free', 'pod slots'],
    [
      requests,
      [node('e', { used: { cpu: 9000 } })],
      'has 2 CPU free (largest: 0)',
      'no negative rest',
    ],
  ])('case %#', (asked, nodes, words, _why) => {
    expect(nodeResources.wanted(workload({ requests: asked }), nodes)).toBe(words);
  });
});
