/** OpenMCPDeployments as files hold them. */

import type { KubeObject } from '../../../src/kubernetes/object.ts';

/** Half a CPU and half a gigabyte for each replica. */
export function deployment(name: string, replicas: number, metadata: object = {}): KubeObject {
  const requests = { cpu: '500m', memory: '512Mi' };
  const containers = [{ name: 'web', image: 'nginx:1', resources: { requests } }];
  return {
    apiVersion: 'openmcp.k8s.io/v1alpha1',
    kind: 'OpenMCPDeployment',
    metadata: { namespace: 'shop', name, uid: `uid-${name}`, ...metadata },
    spec: {
      replicas,
      labels: { app: name },
      template: { spec: { template: { spec: { containers } } } },
    },
  };
}
