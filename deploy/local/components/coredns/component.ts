/**
 * Names inside a member, for pods: a Deployment, as everywhere, whose image the fleet makes itself.
 *
 * Nothing is forwarded: a name outside the cluster is answered NXDOMAIN at once, on every machine.
 */

import type { KubeObject } from '../../../../src/kubernetes/object.ts';
import type { Build } from '../../component.ts';
import { objectsIn } from '../../manifests.ts';

export const build: Build = {
  kind: 'go',
  component: 'coredns',
  version: '1.15.0',
  target: 'tool',
  programs: ['coredns'],
  isStatic: true,
};

/** What kubelets write into pods' resolv.conf; also in manifests.yaml. */
export const CLUSTER_DNS = '10.96.0.10';
export const CLUSTER_DOMAIN = 'cluster.local';

export function manifests(): KubeObject[] {
  return objectsIn(new URL('manifests.yaml', import.meta.url));
}
