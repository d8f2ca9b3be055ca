/** Nodes that exist as objects, of any size. */

import type { KubeObject } from '../../../../src/kubernetes/object.ts';
import type { ClusterPlace, Settings } from '../../settings.ts';
import { NODE_PORT } from './component.ts';

export function kwokNames({ kwokNodes }: Settings, { name }: ClusterPlace): string[] {
  return Array.from({ length: kwokNodes }, (_, index) => `${name}-kwok-${index}`);
}

export function kwokNode(settings: Settings, place: ClusterPlace, node: string): KubeObject {
  const { region, zone } = place;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node,
      annotations: {
        'kwok.x-k8s.io/node': 'fake',
        'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${node}/metrics/resource`,
      },
      labels: {
        type: 'kwok',
        'kubernetes.io/hostname': node,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': region,
        'topology.kubernetes.io/zone': zone,
        'failure-domain.beta.kubernetes.io/region': region,
        'failure-domain.beta.kubernetes.io/zone': zone,
      },
    },
    spec: {
      // Beside real ones they are for those who ask for them.
      taints:
        settings.realNodes === 0
          ? []
          : [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' }],
    },
  };
}

/** Enough pods for a benchmark; CPU and memory are what placement is about. */
export function kwokStatus({ metadata }: KubeObject, place: ClusterPlace): KubeObject {
  const room = {
    cpu: String(place.cpu),
    memory: `${place.memoryGib}Gi`,
    'ephemeral-storage': '100Gi',
    pods: '1000',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: metadata.name },
    status: {
      capacity: room,
      allocatable: room,
      // Both, or KWOK's stage adds what it misses and takes away what is there.
      addresses: [
        { type: 'InternalIP', address: place.address },
        { type: 'Hostname', address: metadata.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: NODE_PORT } },
    },
  };
}
