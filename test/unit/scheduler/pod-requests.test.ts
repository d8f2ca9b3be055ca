import { describe, expect, it } from '@jest/globals';
import { podUse } from '../../../src/scheduler/pod-requests.ts';
import { GI } from '../../fakes/fleet.ts';

const use = (pod: object) => podUse({ path: 'spec', value: pod });

/** One container (or init container) with these resources. */
const using = (requests?: object, limits?: object, more: object = {}) => ({
  resources: { requests, limits },
  ...more,
});

describe('requests of one replica', () => {
  const sidecar = { restartPolicy: 'Always' };

  it.each([
    [{ containers: [using({ cpu: '1' }), using({ cpu: '500m' })] }, { cpu: 1500 }, 'the sum'],
    [{ containers: [using(undefined, { cpu: '1' })] }, { cpu: 1000 }, 'the limit stands in'],
    [
      { containers: [using({ cpu: '1' }, { cpu: '2', memory: '1Gi' })] },
      { cpu: 1000, memory: GI },
      'for each resource by itself',
    ],
    [
      {
        containers: [using({ cpu: '1' })],
        initContainers: [using({ cpu: '3' }), using({ cpu: '2' })],
      },
      { cpu: 3000 },
      'the largest init container, if that is more',
    ],
    [
      {
        containers: [using({ cpu: '1' })],
        initContainers: [using({ cpu: '500m', memory: '1Gi' })],
      },
      { cpu: 1000, memory: GI },
      'the larger for each resource by itself',
    ],
    [
      {
        containers: [using({ cpu: '1' })],
        initContainers: [using({ cpu: '2' }, undefined, sidecar)],
      },
      { cpu: 3000 },
      'a sidecar runs beside the containers',
    ],
    [
      {
        containers: [using({ cpu: '1' })],
        initContainers: [using({ cpu: '2' }, undefined, sidecar), using({ cpu: '4' })],
      },
      { cpu: 6000 },
      'and beside the init containers after it',
    ],
    [
      {
        containers: [using({ cpu: '1' })],
        initContainers: [using({ cpu: '4' }), using({ cpu: '2' }, undefined, sidecar)],
      },
      { cpu: 4000 },
      'but not beside those before it',
    ],
    [
      { containers: [using({ cpu: '1' })], overhead: { cpu: '250m', memory: '1Mi' } },
      { cpu: 1250, memory: 2 ** 20 },
      'the overhead of the pod comes on top',
    ],
    [
      { containers: [using({ cpu: '1', memory: '1Gi' })], resources: { requests: { cpu: '4' } } },
      { cpu: 4000, memory: GI },
      'what the pod asks for as a whole wins',
    ],
    [
      { containers: [using({ cpu: '1' })], resources: { limits: { cpu: '4', memory: '2Gi' } } },
      { cpu: 1000, memory: 2 * GI },
      'its limit only where no container asks',
    ],
    [{ containers: [using({ 'nvidia.com/gpu': 2 })] }, { 'nvidia.com/gpu': 2 }, 'a bare number'],
  ])('case %#: %j asks for %j (%s)', (pod, requests, _why) => {
    expect(use(pod).requests).toEqual(requests);
  });
});

describe('quality of service', () => {
  const full = { cpu: '1', memory: '1Gi' };

  it.each([
    [{ containers: [using(full, full)] }, 'Guaranteed', 'requests are limits'],
    [{ containers: [using(undefined, full)] }, 'Guaranteed', 'limits stand in for requests'],
    [{ containers: [using({ cpu: '1' }, full)] }, 'Guaranteed', 'for each by itself'],
    [{ containers: [using({ cpu: '1' }, { cpu: '1' })] }, 'Burstable', 'no limit of memory'],
    [
      { containers: [using({ cpu: '1', memory: '1Gi' }, { cpu: '2', memory: '1Gi' })] },
      'Burstable',
      'a higher limit',
    ],
    [{ containers: [using(full, full), {}] }, 'Burstable', 'one container without any'],
    [
      { containers: [using(full, full)], initContainers: [{}] },
      'Burstable',
      'init containers count',
    ],
    [{ containers: [using({ 'nvidia.com/gpu': '1' })] }, 'BestEffort', 'only cpu and memory count'],
    [{ containers: [using({ cpu: '0' })] }, 'BestEffort', 'a request of nothing'],
    [{ containers: [{}], resources: { requests: full, limits: full } }, 'Guaranteed', 'as a whole'],
  ])('case %#: %j is %s (%s)', (pod, qos, _why) => {
    expect(use(pod).qos).toBe(qos);
  });
});

describe('host ports', () => {
  it('are those of containers and sidecars, and all of a pod in the network of its host', () => {
    const pod = {
      hostNetwork: true,
      containers: [
        {
          ports: [
            { containerPort: 80 },
            { containerPort: 53, hostPort: 53, protocol: 'UDP', hostIP: '10.0.0.1' },
          ],
        },
      ],
      initContainers: [
        { ports: [{ containerPort: 9 }] },
        { restartPolicy: 'Always', ports: [{ containerPort: 15000 }] },
      ],
    };

    expect(use(pod).hostPorts).toEqual([
      { port: 80, protocol: 'TCP', hostIp: '' },
      { port: 53, protocol: 'UDP', hostIp: '10.0.0.1' },
      { port: 15000, protocol: 'TCP', hostIp: '' },
    ]);
  });
});
