/** A hub and a member in memory, and the activities between them. */

import { registrationActivities } from '../../../../activities/registration/steps.ts';
import type { Joining } from '../../../../src/api/joining.ts';
import { KUBEFED_NAMESPACE, OPENMCP_NAMESPACE } from '../../../../src/api/meta.ts';
import { NAMESPACES } from '../../../../src/kubernetes/resources.ts';
import { FakeCluster } from './fake-cluster.ts';

export const JOINED_BY = 'openmcp.k8s.io/joined-by';

export function joiningWorld() {
  const hub = new FakeCluster();
  const member = new FakeCluster();
  for (const name of [OPENMCP_NAMESPACE, KUBEFED_NAMESPACE, 'kube-system']) {
    hub.put(NAMESPACES, { name });
  }
  member.put(NAMESPACES, { name: 'kube-system' });
  const activities = registrationActivities({
    hub,
    connect: async () => member,
    moveMember: async () => undefined,
    now: () => member.clock,
    tokenSeconds: 3_600,
  });
  return { hub, member, activities };
}

export function joiningBy(by: string | null): Joining {
  return { cluster: 'seoul', ip: '10.0.0.1', by, region: 'AS', zone: 'KR' };
}
