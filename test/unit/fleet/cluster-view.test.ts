import { describe, expect, it } from '@jest/globals';
import { clusterFacts, nodeFacts, podFacts } from '../../../src/fleet/cluster-view.ts';
import type { KubeObject } from '../../../src/kubernetes/object.ts';
import { GI } from '../../fakes/fleet.ts';

function object(parts: Readonly<Record<string, unknown>> = {}, metadata: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', ...parts, metadata: { name: 'thing', ...metadata } };
}

describe('nodeFacts', () => {
  const ready = { type: 'Ready', status: 'True' };

  it('reads what the scheduler needs of a node', () => {
    const node = object(
      {
        spec: { taints: [{ key: 'db', value: 'x', effect: 'NoSchedule', timeAdded: 'now' }] },
        status: {
          conditions: [{ type: 'MemoryPressure', status: 'False' }, ready],
          capacity: { cpu: '8' },
          allocatable: { cpu: '3920m', memory: '16Gi', pods: '110', 'nvidia.com/gpu': '2' },
        },
      },
      { labels: { disk: 'ssd' } },
    );

    expect(nodeFacts(node)).toEqual({
      name: 'thing',
      labels: { disk: 'ssd' },
      taints: [{ key: 'db', value: 'x', effect: 'NoSchedule' }],
      schedulable: true,
      allocatable: { cpu: 3920, memory: 16 * GI, pods: 110, 'nvidia.com/gpu': 2 },
      network: null,
    });
  });

  it.each([
    [{}, [ready], true, 'ready'],
    [{ unschedulable: true }, [ready], false, 'cordoned'],
    [{}, [{ type: 'Ready', status: 'Unknown' }], false, 'its kubelet is silent'],
    [{}, [], false, 'it has only just registered'],
  ])(
    'spec %j with conditions %j is schedulable: %s (%s)',
    (spec, conditions, schedulable, _why) => {
      expect(nodeFacts(object({ spec, status: { conditions } })).schedulable).toBe(schedulable);
    },
  );
});

describe('podFacts', () => {
  const container = { resources: { requests: { cpu: '250m' } } };

  it('reads what a pod takes, and from whom', () => {
    const pod = object(
      { spec: { nodeName: 'a', containers: [container, container] }, status: { phase: 'Running' } },
      { labels: { 'openmcp.k8s.io/owner-uid': 'u1' } },
    );

    expect(podFacts(pod)).toEqual({
      node: 'a',
      ownerUid: 'u1',
      requests: { cpu: 500 },
      hostPorts: [],
      qos: 'Burstable',
      terminal: false,
      leaving: false,
    });
  });

  it('tells a pod that waits for a node, or belongs to nobody', () => {
    expect(podFacts(object({ spec: { containers: [container] } }))).toMatchObject({
      node: null,
      ownerUid: null,
    });
  });

  it.each([
    ['Pending', false],
    ['Running', false],
    ['Unknown', false],
    ['Succeeded', true],
    ['Failed', true],
  ])('a pod in phase %s has ended: %s', (phase, terminal) => {
    expect(podFacts(object({ spec: {}, status: { phase } })).terminal).toBe(terminal);
  });

  it('tells a pod that is being deleted', () => {
    const pod = object({ spec: {} }, { deletionTimestamp: '2026-01-01T00:00:00Z' });

    expect(podFacts(pod).leaving).toBe(true);
  });
});

describe('clusterFacts', () => {
  it('reads what the scheduler needs of a cluster', () => {
    const cluster = object({
      spec: {
        joinStatus: 'JOIN',
        nodeInfo: { region: 'AS', zone: 'KR, JP' },
        taints: [{ key: 'edge', effect: 'NoExecute' }],
      },
      status: { conditions: [{ type: 'Ready', status: 'True', reason: 'Answers' }] },
    });

    expect(clusterFacts(cluster)).toEqual({
      joined: true,
      leaving: false,
      healthy: true,
      reason: null,
      region: 'AS',
      zones: ['JP', 'KR'],
      taints: [{ key: 'edge', value: undefined, effect: 'NoExecute' }],
    });
  });

  it.each([
    ['UNJOIN', undefined, false, 'UNJOIN', 'not joined'],
    [undefined, undefined, false, 'UNJOIN', 'nothing said'],
    ['JOINING', undefined, false, 'JOINING', 'not yet'],
    ['UNJOINING', undefined, false, 'UNJOINING', 'no longer'],
    ['JOIN', '2026-01-01T00:00:00Z', false, 'it is being deleted', 'deleted while it is joined'],
    ['JOIN', undefined, true, null, 'joined'],
  ])(
    'joinStatus %s, deleted %s is joined: %s',
    (...[joinStatus, deletionTimestamp, joined, reason]) => {
      const cluster = object({ spec: { joinStatus } }, { deletionTimestamp });

      expect(clusterFacts(cluster)).toMatchObject({ joined, reason });
    },
  );

  it.each([
    [[], true, null, 'not probed yet'],
    [
      [{ type: 'Ready', status: 'False', reason: 'Timeout', message: 'no answer' }],
      false,
      'no answer',
      'says why',
    ],
    [[{ type: 'Ready', status: 'Unknown', reason: 'Timeout' }], false, 'Timeout', 'by its reason'],
    [[{ type: 'Joined', status: 'False' }], true, null, 'another condition'],
  ])('with conditions %j it is healthy: %s, %s', (conditions, healthy, reason, _why) => {
    const cluster = object({ spec: { joinStatus: 'JOIN' }, status: { conditions } });

    expect(clusterFacts(cluster)).toMatchObject({ healthy, reason });
  });
});
