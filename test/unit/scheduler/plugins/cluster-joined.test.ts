import { describe, expect, it } from '@jest/globals';
import { clusterHealthy, clusterJoined } from '../../../../src/scheduler/plugins/cluster-joined.ts';
import { cluster, workload } from '../../../fakes/fleet.ts';

describe('clusterJoined', () => {
  it('passes a cluster that has joined', () => {
    expect(clusterJoined(workload(), cluster('one'))).toBeNull();
  });

  it('sends replicas away from a cluster that leaves, and says in which state it is', () => {
    const leaving = cluster('one', { joined: false, reason: 'UNJOINING' });

    expect(clusterJoined(workload(), leaving)).toEqual({
      reason: 'it has not joined (UNJOINING)',
      keeps: false,
    });
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
