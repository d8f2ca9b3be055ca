import { describe, expect, it } from '@jest/globals';
import { clusterHealthy, clusterJoined } from '../../../../src/scheduler/plugins/cluster-joined.ts';
import { cluster, workload } from '../../../fakes/fleet.ts';

describe('clusterJoined', () => {
  it('passes a cluster that has joined', () => {
    expect(clusterJoined(workload(), cluster('one'))).toBeNull();
  });

  it.each([
    ['leaves', { leaving: true, reason: 'UNJOINING' }, 'it is leaving'],
    ['is no member yet', { leaving: false, reason: 'JOINING' }, 'it has not joined (JOINING)'],
  ])('sends replicas away from a cluster that %s, and says so', (_, state, reason) => {
    const absent = cluster('one', { joined: false, ...state });

    expect(clusterJoined(workload(), absent)).toEqual({ reason, keeps: false });
  });
});

describe('clusterHealthy', () => {
  it('passes a cluster that answers', () => {
    expect(clusterHealthy(workload(), cluster('one'))).toBeNull();
  });

  it('gives a cluster that does not answer nothing new, and leaves it what it has', () => {
    const silent = cluster('one', { healthy: false, reason: 'no answer within 5 s' });

    expect(clusterHealthy(workload(), silent)).toEqual({
      reason: 'it is not healthy (no answer within 5 s)',
      keeps: true,
    });
  });
});
